//! Who belongs to an organization, and in which role.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Role, Username};

use crate::actor::Actor;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::people::AccountStatus;
use crate::store::Store;

/// A person in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// The person's name.
    pub username: Username,
    /// The person's e-mail address; empty if there is none.
    pub email: String,
    /// Whether the person can sign in.
    pub status: AccountStatus,
    /// The role.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// Makes a person a member of an organization, or gives a member another
    /// role. The last active owner cannot be demoted.
    pub async fn set_member(
        &self,
        _organization: &OrganizationName,
        _username: &Username,
        _role: Role,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Ends a membership, with the person's places in teams and the exceptions
    /// made for the person. The last active owner cannot be removed.
    pub async fn remove_member(
        &self,
        _organization: &OrganizationName,
        _username: &Username,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The members of an organization, by name.
    pub async fn members(
        &self,
        _organization: &OrganizationName,
    ) -> Result<Vec<Member>, StoreError> {
        todo!()
    }
}
