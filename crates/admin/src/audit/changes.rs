//! The history of an organization, for its owners: what was changed, by whom,
//! and how it was before and after.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_store::{Action, ChangeFilter, ChangeRecord, ChangesOf};
use serde_json::Value as Json;

use super::{actions, actor_named, telling};
use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::difference::differences;
use crate::error::AdminError;

/// How many are read at a time when all are handed out.
const AT_A_TIME: u32 = 500;

/// Which changes are looked for. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSearch {
    /// What was done.
    pub action: Option<Action>,
    /// Who did it: a user name, or `command line`.
    pub actor: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
}

/// A change with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldChange {
    /// Its number: a later one has a higher one.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it: a user name, `command line`, `invitee` or `system`.
    pub actor: String,
    /// What was done, as an audit log calls it: `org.member.add`.
    pub action: String,
    /// What was done, for a person.
    pub label: String,
    /// What it was done to, by its name.
    pub subject: String,
    /// All that in plain words.
    pub description: String,
    /// What is different since, one line for each value.
    pub differences: Vec<String>,
    /// How it was; none if it was not there.
    pub before: Option<Json>,
    /// How it is since; none if it is gone.
    pub after: Option<Json>,
}

/// Some changes, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePage {
    /// The changes.
    pub changes: Vec<ToldChange>,
    /// The number before which the next page goes on; none if this is the
    /// last.
    pub next: Option<i64>,
}

impl From<ChangeRecord> for ToldChange {
    fn from(change: ChangeRecord) -> Self {
        let none = Json::Null;
        let before = change.before.as_ref().unwrap_or(&none);
        let after = change.after.as_ref().unwrap_or(&none);
        Self {
            number: change.generation,
            at: change.at,
            actor: telling::actor(&change.actor),
            action: actions::full_name(&change),
            label: actions::label(&change),
            description: telling::describe(&change),
            differences: differences(before, after),
            subject: change.subject,
            before: change.before,
            after: change.after,
        }
    }
}

impl Admin {
    /// Changes of an organization that are found, newest first; for owners.
    pub async fn organization_changes(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        search: &ChangeSearch,
        before: Option<i64>,
        limit: u32,
    ) -> Result<ChangePage> {
        self.owner_reading(caller, organization)?;
        let actor = search.actor.as_deref().map(actor_named);
        if actor == Some(None) {
            return Ok(ChangePage {
                changes: Vec::new(),
                next: None,
            });
        }
        let filter = ChangeFilter {
            of: ChangesOf::Organization(organization.clone()),
            actor: actor.flatten(),
            action: search.action,
            since: search.since,
            until: search.until,
            before,
            // One more says whether there is a next page.
            limit: limit.saturating_add(1),
        };
        let mut changes = self.store.find_changes(&filter).await?;
        let more = changes.len() > limit as usize;
        changes.truncate(limit as usize);
        let last = changes.last().filter(|_| more);
        Ok(ChangePage {
            next: last.map(|change| change.generation),
            changes: changes.into_iter().map(Into::into).collect(),
        })
    }

    /// One change of an organization, by its number; for owners.
    pub async fn organization_change(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        number: i64,
    ) -> Result<ToldChange> {
        self.owner_reading(caller, organization)?;
        let before = number.checked_add(1);
        let found = self.store.changes(Some(organization), before, 1).await?;
        let found = found.into_iter().find(|change| change.generation == number);
        found.map(Into::into).ok_or_else(|| {
            AdminError::NotFound(format!("there is no change {number} of {organization}"))
        })
    }

    /// All changes that are found, to be taken a few at a time, newest first.
    pub fn all_changes(
        &self,
        caller: Caller,
        organization: OrganizationName,
        search: ChangeSearch,
    ) -> AllChanges {
        AllChanges {
            admin: self.clone(),
            caller,
            organization,
            search,
            place: Place::Before(None),
        }
    }

    /// The kinds of changes that an organization can have, to choose from.
    pub fn change_kinds() -> Vec<actions::ChangeKind> {
        actions::kinds()
    }
}

/// All changes that are found. The right to see them is asked for again with
/// each part.
#[derive(Debug)]
pub struct AllChanges {
    admin: Admin,
    caller: Caller,
    organization: OrganizationName,
    search: ChangeSearch,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Before(Option<i64>),
    End,
}

impl AllChanges {
    /// The next of them; empty when all have been taken.
    pub async fn next(&mut self) -> Result<Vec<ToldChange>> {
        let Place::Before(before) = self.place else {
            return Ok(Vec::new());
        };
        let page = self
            .admin
            .organization_changes(
                &self.caller,
                &self.organization,
                &self.search,
                before,
                AT_A_TIME,
            )
            .await?;
        self.place = page
            .next
            .map_or(Place::End, |next| Place::Before(Some(next)));
        Ok(page.changes)
    }
}
