//! Teams: named groups of members.

use std::collections::HashMap;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, TeamAdditions, TeamName, Username};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::PersonId;
use crate::link::values;
use crate::store::Store;

/// The team that is made of the owners.
pub(crate) const OWNERS: &str = "owners";

const SELECT_ADDITIONS: &str = "SELECT additions FROM teams WHERE organization = $1 AND name = $2";

/// The most characters of a description.
pub(crate) const LONGEST_DESCRIPTION: usize = 1_000;

/// A team of an organization. The owners team is not among them: it is made of
/// the members whose role is owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: TeamName,
    /// What its members may pull beyond the organization's policy.
    pub additions: TeamAdditions,
    /// Its members, by name.
    pub members: Vec<Username>,
    /// Since when it exists.
    pub created_at: Timestamp,
}

impl Store {
    /// Makes a team without members, additions and description. `owners` is
    /// refused.
    pub async fn create_team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        self.create_described_team(organization, team, "", actor)
            .await
    }

    /// Makes a team without members and additions. `owners` is refused.
    pub async fn create_described_team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        description: &str,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        check_text("description", description, LONGEST_DESCRIPTION)?;
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let additions = json!(TeamAdditions::default()).to_string();
        let (at, number) = (change.at(), change.next_number().await?);
        let made = change
            .link()
            .execute(
                "INSERT INTO teams (organization, name, additions, created_at, number, description)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization, name) DO NOTHING",
                values![organization, team, additions, at, number, description],
            )
            .await?;
        if made == 0 {
            return Err(StoreError::already_exists("team", team));
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::TeamCreated,
                subject: team.as_str(),
                before: None,
                after: Some(json!({"name": team, "description": description})),
            })
            .await
    }

    /// Deletes a team, with its additions and the exceptions made for it.
    pub async fn delete_team(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        let additions = change.additions(organization, team).await?;
        let members = change.names_in(organization, team).await?;
        // Places in the team end with it.
        change
            .link()
            .execute(
                "DELETE FROM teams WHERE organization = $1 AND name = $2",
                values![organization, team],
            )
            .await?;
        // Who was invited into it is still invited.
        change
            .link()
            .execute(
                "UPDATE invites SET team = NULL WHERE organization = $1 AND team = $2",
                values![organization, team],
            )
            .await?;
        // Another team of the same name must not find an old allowance.
        let at = change.at();
        let ended = change
            .link()
            .execute(
                "UPDATE exceptions SET ends_at = $1
                 WHERE organization = $2 AND team = $3 AND ends_at > $1",
                values![at, organization, team],
            )
            .await?;
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::TeamDeleted,
                subject: team.as_str(),
                before: Some(
                    json!({"additions": additions, "members": members, "exceptions": ended}),
                ),
                after: None,
            })
            .await
    }

    /// Puts a member of the organization into a team. Nothing happens if the
    /// member is in it.
    pub async fn add_team_member(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        username: &Username,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        change.check_team(organization, team).await?;
        let person = change.member(organization, username).await?;
        if !change.put_team_member(organization, team, person).await? {
            return Ok(());
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::TeamMemberAdded,
                subject: team.as_str(),
                before: None,
                after: Some(json!(username)),
            })
            .await
    }

    /// Takes a member out of a team.
    pub async fn remove_team_member(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        username: &Username,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        change.check_team(organization, team).await?;
        let person = change.member(organization, username).await?;
        let removed = change
            .link()
            .execute(
                "DELETE FROM team_members WHERE organization = $1 AND team = $2 AND person = $3",
                values![organization, team, person],
            )
            .await?;
        if removed == 0 {
            let name = format!("{username} in the team {team}");
            return Err(StoreError::not_found("member", &name));
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::TeamMemberRemoved,
                subject: team.as_str(),
                before: Some(json!(username)),
                after: None,
            })
            .await
    }

    /// Reads a team's additions, lets `edit` change them and writes them, with
    /// nobody in between. Returns them as they are since.
    pub async fn change_team_additions(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        actor: &Actor,
        edit: impl FnOnce(&mut TeamAdditions) + Send,
    ) -> Result<TeamAdditions, StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        let text = change.additions_text(organization, team).await?;
        let place = Place {
            what: "team",
            name: team.as_str(),
        };
        let before: TeamAdditions = place.json(&text)?;
        let mut after = before.clone();
        edit(&mut after);
        if after != before {
            change
                .commit_additions(organization, team, json!(before), &after)
                .await?;
        }
        Ok(after)
    }

    /// Replaces a team's additions, whatever they were.
    pub async fn set_team_additions(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
        additions: &TeamAdditions,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        refuse_owners(team)?;
        let mut change = self.change(actor).await?;
        let before = change.additions(organization, team).await?;
        if before == json!(additions) {
            return Ok(());
        }
        change
            .commit_additions(organization, team, before, additions)
            .await
    }

    /// A team's additions; none if there is no such team.
    pub async fn team_additions(
        &self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<Option<TeamAdditions>, StoreError> {
        let found: Option<(String,)> = self
            .db
            .reader()
            .await?
            .link()
            .first(SELECT_ADDITIONS, values![organization, team])
            .await?;
        let place = Place {
            what: "team",
            name: team.as_str(),
        };
        found.map(|(additions,)| place.json(&additions)).transpose()
    }

    /// The teams of an organization, by name.
    pub async fn teams(&self, organization: &OrganizationName) -> Result<Vec<Team>, StoreError> {
        let mut picture = self.db.picture().await?;
        let teams: Vec<(String, String, i64)> = picture
            .link()
            .all(
                "SELECT name, additions, created_at FROM teams WHERE organization = $1
                 ORDER BY name",
                values![organization],
            )
            .await?;
        let places: Vec<(String, String)> = picture
            .link()
            .all(
                "SELECT team_members.team, people.username
                 FROM team_members JOIN people ON people.id = team_members.person
                 WHERE team_members.organization = $1
                 ORDER BY people.username",
                values![organization],
            )
            .await?;
        let mut members: HashMap<String, Vec<String>> = HashMap::new();
        for (team, username) in places {
            members.entry(team).or_default().push(username);
        }
        let read = |(name, additions, created_at): (String, String, i64)| {
            let place = Place {
                what: "team",
                name: &name,
            };
            let members = members.remove(&name).unwrap_or_default();
            let members = members.iter().map(|username| place.parse(username));
            Ok(Team {
                name: place.parse(&name)?,
                additions: place.json(&additions)?,
                members: members.collect::<Result<_, _>>()?,
                created_at: place.time(created_at)?,
            })
        };
        teams.into_iter().map(read).collect()
    }
}

pub(crate) fn refuse_owners(team: &TeamName) -> Result<(), StoreError> {
    if team.as_str() == OWNERS {
        return Err(Conflict::OwnersTeam.into());
    }
    Ok(())
}

impl Change<'_> {
    /// Puts a member into a team that is there; says whether that is new.
    pub(crate) async fn put_team_member(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let added = self
            .link()
            .execute(
                "INSERT INTO team_members (organization, team, person) VALUES ($1, $2, $3)
                 ON CONFLICT (organization, team, person) DO NOTHING",
                values![organization, team, person],
            )
            .await?;
        Ok(added != 0)
    }

    /// That there is such a team.
    pub(crate) async fn check_team(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<(), StoreError> {
        self.additions_text(organization, team).await.map(drop)
    }

    /// A team's additions, as JSON even if they cannot be read: so that they
    /// can be replaced.
    async fn additions(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<Json, StoreError> {
        let text = self.additions_text(organization, team).await?;
        Ok(serde_json::from_str(&text).unwrap_or(Json::String(text)))
    }

    async fn commit_additions(
        mut self,
        organization: &OrganizationName,
        team: &TeamName,
        before: Json,
        after: &TeamAdditions,
    ) -> Result<(), StoreError> {
        let after = json!(after);
        self.link()
            .execute(
                "UPDATE teams SET additions = $1 WHERE organization = $2 AND name = $3",
                values![after.to_string(), organization, team],
            )
            .await?;
        self.commit(Entry {
            organization: Some(organization),
            action: Action::TeamAdditionsChanged,
            subject: team.as_str(),
            before: Some(before),
            after: Some(after),
        })
        .await
    }

    async fn additions_text(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<String, StoreError> {
        let found: Option<(String,)> = self
            .link()
            .first(SELECT_ADDITIONS, values![organization, team])
            .await?;
        if let Some((additions,)) = found {
            return Ok(additions);
        }
        self.check_organization(organization).await?;
        Err(StoreError::not_found("team", team))
    }

    /// The names of a team's members, for the history.
    async fn names_in(
        &mut self,
        organization: &OrganizationName,
        team: &TeamName,
    ) -> Result<Vec<String>, StoreError> {
        let names: Vec<(String,)> = self
            .link()
            .all(
                "SELECT people.username
                 FROM team_members JOIN people ON people.id = team_members.person
                 WHERE team_members.organization = $1 AND team_members.team = $2
                 ORDER BY people.username",
                values![organization, team],
            )
            .await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }
}
