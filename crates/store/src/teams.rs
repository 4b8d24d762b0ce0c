//! Teams: named groups of members.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, TeamAdditions, TeamName, Username};

use crate::actor::Actor;
use crate::error::StoreError;
use crate::store::Store;

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
    /// Makes a team without members and additions. `owners` is refused.
    pub async fn create_team(
        &self,
        _organization: &OrganizationName,
        _team: &TeamName,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Deletes a team, with its additions and the exceptions made for it.
    pub async fn delete_team(
        &self,
        _organization: &OrganizationName,
        _team: &TeamName,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Puts a member of the organization into a team. Nothing happens if the
    /// member is in it.
    pub async fn add_team_member(
        &self,
        _organization: &OrganizationName,
        _team: &TeamName,
        _username: &Username,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Takes a member out of a team.
    pub async fn remove_team_member(
        &self,
        _organization: &OrganizationName,
        _team: &TeamName,
        _username: &Username,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Replaces a team's additions.
    pub async fn set_team_additions(
        &self,
        _organization: &OrganizationName,
        _team: &TeamName,
        _additions: &TeamAdditions,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The teams of an organization, by name.
    pub async fn teams(&self, _organization: &OrganizationName) -> Result<Vec<Team>, StoreError> {
        todo!()
    }
}
