//! What those who belong to an organization would get, each kind of them.

use pullgate_policy::{OrganizationName, Role, TeamName};
use pullgate_reference::Repository;

use crate::decision::Decision;
use crate::door::Door;
use crate::suppose::Supposed;

/// What an organization's policy of now decides about a repository, for each
/// kind of those who belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prospects {
    /// For its owners.
    pub owners: Decision,
    /// For a member of no team, for whom no exception was made in person.
    pub members: Decision,
    /// For a member of one team, where that is another decision, by the team's
    /// name. It is the same for members of every other team.
    pub teams: Vec<(TeamName, Decision)>,
}

impl Door {
    /// What those who belong to an organization would get, each kind of them.
    /// Waits for Docker Hub where [`Door::explain_within`] does. Nothing is
    /// recorded.
    pub async fn prospects(
        &self,
        organization: &OrganizationName,
        repository: &Repository,
    ) -> Prospects {
        let badge = self.catalog.learn(repository).await.badge;
        let policies = self.policies.load();
        let policy = self.confirmed(&policies, organization);
        let judge = |role, teams| {
            let who = Supposed::anybody(role, teams);
            self.supposed(organization, &who, policy, repository, badge)
        };
        let members = judge(Role::Member, Vec::new());
        let own = policy.map(|policy| policy.teams_of_their_own(repository));
        let teams = own.into_iter().flatten().map(|team| {
            let decision = judge(Role::Member, vec![team.clone()]);
            (team.clone(), decision)
        });
        Prospects {
            owners: judge(Role::Owner, Vec::new()),
            teams: teams.filter(|(_, decision)| *decision != members).collect(),
            members,
        }
    }

    /// What a member of no team would get by what is known of the category at
    /// this moment: nobody waits for Docker Hub. Nothing is recorded.
    pub fn glance(&self, organization: &OrganizationName, repository: &Repository) -> Decision {
        let badge = self.catalog.known(repository).badge;
        let policies = self.policies.load();
        let policy = self.confirmed(&policies, organization);
        let member = Supposed::anybody(Role::Member, Vec::new());
        self.supposed(organization, &member, policy, repository, badge)
    }
}
