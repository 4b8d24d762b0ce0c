//! Giving a team another name or another description.

use pullgate_policy::{OrganizationName, TeamName};
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::check_text;
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
use crate::store::Store;
use crate::teams::{LONGEST_DESCRIPTION, refuse_owners};

/// What is to be different of a team; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamEdit {
    /// Its name.
    pub name: Option<TeamName>,
    /// What it is for.
    pub description: Option<String>,
}

impl Store {
    /// Gives a team another name or description. All that it has it keeps:
    /// members, additions, exceptions, who was invited into it, and its
    /// number. `owners` is refused.
    pub async fn change_team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        edit: TeamEdit,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        let before = change.description(organization, team).await?;
        let name = edit.name.unwrap_or_else(|| team.clone());
        let description = edit.description.unwrap_or_else(|| before.clone());
        if name == *team && description == before {
            return Ok(());
        }
        refuse_owners(&name)?;
        check_text("description", &description, LONGEST_DESCRIPTION)?;
        change
            .link()
            .execute(
                "UPDATE teams SET description = $1 WHERE organization = $2 AND name = $3",
                values![&*description, organization, team],
            )
            .await?;
        if name != *team {
            change.rename_team(organization, team, &name).await?;
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::TeamChanged,
                subject: team.as_str(),
                before: Some(json!({"name": team, "description": before})),
                after: Some(json!({"name": name, "description": description})),
            })
            .await
    }
}

impl Change<'_> {
    async fn description(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<String, StoreError> {
        self.check_team(organization, team).await?;
        let (description,): (String,) = self
            .link()
            .only(
                "SELECT description FROM teams WHERE organization = $1 AND name = $2",
                values![organization, team],
            )
            .await?;
        Ok(description)
    }

    /// Every table that names a team is named here.
    async fn rename_team(
        &mut self,
        organization: &OrganizationName,
        from: &TeamName,
        to: &TeamName,
    ) -> Result<(), StoreError> {
        // Places in the team refer to it, so the team of the new name has to
        // be there before they move, and the old one until they have.
        let made = self
            .link()
            .execute(
                "INSERT INTO teams (organization, name, additions, created_at, number, description)
                 SELECT organization, $1, additions, created_at, number, description FROM teams
                 WHERE organization = $2 AND name = $3
                 ON CONFLICT (organization, name) DO NOTHING",
                values![to, organization, from],
            )
            .await?;
        if made == 0 {
            return Err(StoreError::already_exists("team", to));
        }
        for statement in [
            "UPDATE team_members SET team = $1 WHERE organization = $2 AND team = $3",
            "UPDATE exceptions SET team = $1 WHERE organization = $2 AND team = $3",
            "UPDATE invites SET team = $1 WHERE organization = $2 AND team = $3",
        ] {
            self.link()
                .execute(statement, values![to, organization, from])
                .await?;
        }
        self.link()
            .execute(
                "DELETE FROM teams WHERE organization = $1 AND name = $2",
                values![organization, from],
            )
            .await?;
        Ok(())
    }
}
