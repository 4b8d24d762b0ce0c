//! Who changed what of a policy, when, and taking it back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_store::{Action, Actor, ChangeRecord, Effect, WholePolicy};
use serde_json::Value as Json;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::difference::differences;
use crate::error::AdminError;
use crate::rights::no_such_organization;
use crate::undoing::{CannotUndo, undoing};

/// The most changes of one page.
const LARGEST: u32 = 100;

/// Some changes of a policy, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyHistory {
    /// The changes, and whether each can be taken back as the policy is now.
    pub changes: Vec<(PastChange, std::result::Result<(), CannotUndo>)>,
    /// Before which the next page begins; none if this is the last.
    pub next: Option<i64>,
}

/// A change of a policy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastChange {
    /// By which it is named; a later one has a higher one.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// Who made it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The change that was taken back by it, if one was.
    pub undoes: Option<i64>,
    /// What differs since, one line for each thing.
    pub differences: Vec<String>,
}

impl PastChange {
    /// A change as the history tells it.
    pub(crate) fn told(change: ChangeRecord) -> Self {
        let differences = different(&change);
        let undone = change.subject.strip_prefix("change ");
        Self {
            generation: change.generation,
            at: change.at,
            undoes: match change.action {
                Action::ChangeUndone => undone.and_then(|number| number.parse().ok()),
                _ => None,
            },
            actor: change.actor,
            action: change.action,
            differences,
        }
    }
}

/// What differs. A list that is new or gone as a whole is one of which
/// entries came or went.
fn different(change: &ChangeRecord) -> Vec<String> {
    if change.action == Action::RegistryNamesChanged {
        return vec!["names of registries".to_owned()];
    }
    let empty = Json::Object(serde_json::Map::new());
    let state = |state: &Option<Json>| state.clone().unwrap_or_else(|| empty.clone());
    let (mut before, mut after) = (state(&change.before), state(&change.after));
    // The settings by themselves, as they are told elsewhere.
    for document in [&mut before, &mut after] {
        if let Some(Json::Object(settings)) = document.get_mut("settings").map(Json::take)
            && let Json::Object(sections) = document
        {
            sections.remove("settings");
            sections.extend(settings);
        }
    }
    differences(&before, &after)
}

impl Admin {
    /// Changes of the settings and the allowlist, newest first; for owners.
    /// Older than `before`, if it is given.
    pub async fn policy_history(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        before: Option<i64>,
        limit: u32,
    ) -> Result<PolicyHistory> {
        self.owner_reading(caller, organization)?;
        if !(1..=LARGEST).contains(&limit) {
            return Err(AdminError::Invalid(format!(
                "a page has 1 to {LARGEST} changes"
            )));
        }
        // One more says whether there is a next page.
        let found = self
            .store
            .policy_changes(organization, before, limit + 1)
            .await?;
        let more = found.len() > limit as usize;
        let policy = self.policy_of(organization, &found).await?;
        let changes: Vec<_> = found
            .into_iter()
            .take(limit as usize)
            .map(|change| {
                let possible = undoing(&policy, &change).map(drop);
                (PastChange::told(change), possible)
            })
            .collect();
        let last = changes.last().map(|(change, _)| change.generation);
        Ok(PolicyHistory {
            next: last.filter(|_| more),
            changes,
        })
    }

    /// The policy, as far as these changes touch it: a long allowlist is read
    /// only where one of them is of it.
    async fn policy_of(
        &self,
        organization: &OrganizationName,
        changes: &[ChangeRecord],
    ) -> Result<WholePolicy> {
        let is_of_settings = |change: &ChangeRecord| {
            matches!(
                change.action,
                Action::SettingsChanged | Action::RegistryNamesChanged
            )
        };
        if !changes.iter().all(is_of_settings) {
            return self.whole_policy(organization).await;
        }
        let stored = self.store.settings(organization).await?;
        let stored = stored.ok_or_else(|| no_such_organization(organization))?;
        Ok(WholePolicy {
            settings: stored.settings,
            version: stored.version,
            namespaces: Vec::new(),
            allowlist: BTreeMap::new(),
            teams: BTreeMap::new(),
            exceptions: Vec::new(),
        })
    }

    /// Takes back a past change: what it changed becomes as it was before it,
    /// and all else stays; for owners. Returns what is different since.
    pub async fn undo_change(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        generation: i64,
    ) -> Result<PastChange> {
        let actor = self.owner(caller, organization)?;
        let change = self.store.policy_change(organization, generation).await?;
        let change = change.ok_or_else(|| {
            AdminError::NotFound(format!(
                "there is no change {generation} of the policy of {organization}"
            ))
        })?;
        let plan = |policy: &WholePolicy| {
            let edit = undoing(policy, &change).map_err(|why| {
                AdminError::Conflict(format!("the change cannot be undone, because {why}"))
            })?;
            Ok::<_, AdminError>((edit, ()))
        };
        self.store
            .edit_policy(organization, &actor, Effect::Kept, plan)
            .await?;
        self.settle().await;
        Ok(PastChange::told(change))
    }
}
