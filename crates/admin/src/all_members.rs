//! All of an organization's people, however many there are.

use pullgate_policy::{OrganizationName, Username};
use pullgate_store::{InviteFilter, Window};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::members::{Listed, Sight};
use crate::rights::no_such_organization;

/// How many are read at once.
const AT_ONCE: u32 = 500;

/// All of an organization's people, one part after the other: members by
/// name, then those who were invited.
#[derive(Debug)]
pub struct AllMembers {
    admin: Admin,
    organization: OrganizationName,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Members { after: Option<Username> },
    Invitees { offset: u64 },
    Nobody,
}

impl AllMembers {
    /// The next part; empty after the last.
    pub async fn next(&mut self) -> Result<Vec<Listed>> {
        loop {
            let (listed, next) = match &self.next {
                Next::Nobody => return Ok(Vec::new()),
                Next::Members { after } => self.members(after.as_ref()).await?,
                Next::Invitees { offset } => self.invitees(*offset).await?,
            };
            self.next = next;
            if !listed.is_empty() {
                return Ok(listed);
            }
        }
    }

    async fn members(&self, after: Option<&Username>) -> Result<(Vec<Listed>, Next)> {
        let store = &self.admin.store;
        let found = store
            .members_after(&self.organization, after, AT_ONCE)
            .await?;
        let next = match found.last() {
            Some(last) => Next::Members {
                after: Some(last.member.username.clone()),
            },
            None => Next::Invitees { offset: 0 },
        };
        let listed = found.into_iter();
        let listed = listed.map(|entry| Listed::Member(Sight::WithEmail.shows(entry)));
        Ok((listed.collect(), next))
    }

    async fn invitees(&self, offset: u64) -> Result<(Vec<Listed>, Next)> {
        let window = Window {
            offset,
            limit: AT_ONCE,
        };
        let store = &self.admin.store;
        let filter = InviteFilter::default();
        let found = store.invites_in(&self.organization, filter, window).await?;
        let next = if found.entries.is_empty() {
            Next::Nobody
        } else {
            Next::Invitees {
                offset: offset + u64::from(AT_ONCE),
            }
        };
        let listed = found.entries.into_iter().map(Listed::Invitee);
        Ok((listed.collect(), next))
    }
}

impl Admin {
    /// All of an organization's people, one part after the other; for owners.
    pub async fn all_members(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<AllMembers> {
        self.owner(caller, organization)?;
        // Known to be there before anything is sent.
        let found = self.store.organization(organization).await?;
        let found = found.ok_or_else(|| no_such_organization(organization))?;
        Ok(AllMembers {
            admin: self.clone(),
            organization: found.name,
            next: Next::Members { after: None },
        })
    }
}
