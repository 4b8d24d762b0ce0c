//! What a team may pull beyond its organization's policy.

use pullgate_policy::{OrganizationName, TeamAdditions, TeamName};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

impl Admin {
    /// A team's additions; for owners and members of the organization.
    pub async fn team_additions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<TeamAdditions> {
        self.insider(caller, organization)?;
        let found = self.store.team_additions(organization, team).await?;
        found.ok_or_else(|| {
            AdminError::NotFound(format!(
                "{organization} has no team {team} that could be given more; check the name"
            ))
        })
    }

    /// Replaces a team's additions, whatever they were; for owners.
    pub async fn set_team_additions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        mut additions: TeamAdditions,
    ) -> Result<TeamAdditions> {
        let actor = self.owner(caller, organization)?;
        self.check_patterns(&additions.allowlist)?;
        in_order(&mut additions);
        self.store
            .set_team_additions(organization, team, &additions, &actor)
            .await?;
        self.settle().await;
        Ok(additions)
    }

    /// Adds to a team's additions and takes away from them, so that two who do
    /// it at the same moment lose nothing; for owners. What is in both is
    /// taken away.
    pub async fn change_team_additions(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        team: &TeamName,
        add: TeamAdditions,
        remove: &TeamAdditions,
    ) -> Result<TeamAdditions> {
        let actor = self.owner(caller, organization)?;
        self.check_patterns(&add.allowlist)?;
        let change = |additions: &mut TeamAdditions| {
            let TeamAdditions {
                allowlist,
                categories,
            } = additions;
            allowlist.extend(add.allowlist);
            allowlist.retain(|pattern| !remove.allowlist.contains(pattern));
            categories.extend(add.categories);
            categories.retain(|category| !remove.categories.contains(category));
            in_order(additions);
        };
        let changed = self
            .store
            .change_team_additions(organization, team, &actor, change)
            .await?;
        self.settle().await;
        Ok(changed)
    }
}

/// Each once, in an order that does not depend on who was first.
pub(crate) fn in_order(additions: &mut TeamAdditions) {
    additions.allowlist.sort();
    additions.allowlist.dedup();
    additions.categories.sort();
    additions.categories.dedup();
}
