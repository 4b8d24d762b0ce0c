//! What would be decided for somebody who is only supposed to ask, by the
//! policy as it is or by one that is only supposed to hold.

use pullgate_policy::{
    Membership, OrganizationName, Policy, Question, Role, TeamName, Username, decide,
    refuse_unreadable,
};
use pullgate_reference::Repository;

use crate::decision::Decision;
use crate::door::Door;

/// Somebody who belongs to an organization, or is supposed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supposed {
    /// Their role.
    pub role: Role,
    /// Their teams.
    pub teams: Vec<TeamName>,
    /// Who it is; for nobody in particular no exception is personal.
    pub person: Option<Username>,
}

/// By which policy is decided.
#[derive(Clone, Copy, Debug)]
pub enum By<'p> {
    /// By that of the organization as it is.
    Current,
    /// By one that is only supposed to be the organization's.
    Draft(&'p Policy),
}

impl Door {
    /// Decides as [`Door::explain_within`] does, for somebody who is supposed
    /// to belong to one organization. Nothing is recorded.
    pub async fn suppose(
        &self,
        organization: &OrganizationName,
        who: &Supposed,
        by: By<'_>,
        repository: &Repository,
    ) -> Decision {
        let badge = self.catalog.learn(repository).await.badge;
        let at = (self.clock)();
        let question = Question {
            repository,
            badge,
            person: who.person.as_ref(),
            at,
        };
        let policies = self.policies.load();
        let policy = match by {
            By::Draft(draft) => Some(draft),
            By::Current => policies.of(organization).filter(|_| !self.is_stale(at)),
        };
        let verdict = match policy {
            Some(policy) => decide(
                &question,
                [Membership {
                    policy,
                    role: who.role,
                    teams: &who.teams,
                }],
            ),
            None => refuse_unreadable(&question, Some(organization)),
        };
        Decision::new(repository, &verdict)
    }
}
