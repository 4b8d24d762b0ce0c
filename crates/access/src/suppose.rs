//! What would be decided for somebody who is only supposed to ask, by the
//! policy as it is or by one that is only supposed to hold.

use pullgate_policy::{
    Badge, Membership, OrganizationName, Policy, Question, Role, TeamName, Username, decide,
    refuse_unreadable,
};
use pullgate_reference::Repository;

use crate::decision::Decision;
use crate::door::Door;
use crate::policies::Policies;

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

impl Supposed {
    /// Nobody in particular, of this role and in these teams.
    pub fn anybody(role: Role, teams: Vec<TeamName>) -> Self {
        Self {
            role,
            teams,
            person: None,
        }
    }
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
        let policies = self.policies.load();
        let policy = match by {
            By::Draft(draft) => Some(draft),
            By::Current => self.confirmed(&policies, organization),
        };
        self.supposed(organization, who, policy, repository, badge)
    }

    /// An organization's policy, unless it cannot be read or the store has not
    /// confirmed it for too long.
    pub(crate) fn confirmed<'p>(
        &self,
        policies: &'p Policies,
        organization: &OrganizationName,
    ) -> Option<&'p Policy> {
        let policy = policies.of(organization);
        policy.filter(|_| !self.is_stale((self.clock)()))
    }

    /// The decision by a policy, and a denial where there is none.
    pub(crate) fn supposed(
        &self,
        organization: &OrganizationName,
        who: &Supposed,
        policy: Option<&Policy>,
        repository: &Repository,
        badge: Badge,
    ) -> Decision {
        let question = Question {
            repository,
            badge,
            person: who.person.as_ref(),
            at: (self.clock)(),
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
