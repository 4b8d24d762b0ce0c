//! People, and whether they can sign in.

use jiff::Timestamp;
use pullgate_policy::Username;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::secret::PasswordHash;
use crate::store::Store;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who it is, for good.
    pub id: PersonId,
    /// The name by which the person signs in.
    pub username: Username,
    /// The e-mail address; empty if there is none.
    pub email: String,
    /// The hashed password; none for who signs in by other means only.
    pub password_hash: Option<PasswordHash>,
    /// Raised whenever tokens that are already out must die: with a new
    /// password, and with deactivation.
    pub credentials_epoch: i64,
    /// Whether the person can sign in.
    pub status: AccountStatus,
    /// Since when the person is known.
    pub created_at: Timestamp,
}

/// Whether somebody can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Yes.
    Active,
    /// No, by nothing.
    Deactivated,
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The name by which the person signs in.
    pub username: Username,
    /// The e-mail address; empty if there is none. No two people have the
    /// same, in any letter case.
    pub email: String,
    /// The hashed password, if there is one.
    pub password_hash: Option<PasswordHash>,
}

impl Store {
    /// Makes a person, active.
    pub async fn create_person(
        &self,
        _person: NewPerson,
        _actor: &Actor,
    ) -> Result<Person, StoreError> {
        todo!()
    }

    /// One person by name.
    pub async fn person(&self, _username: &Username) -> Result<Option<Person>, StoreError> {
        todo!()
    }

    /// One person.
    pub async fn person_by_id(&self, _id: PersonId) -> Result<Option<Person>, StoreError> {
        todo!()
    }

    /// All people, by name.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// Sets a person's password and raises the credentials epoch.
    pub async fn set_password_hash(
        &self,
        _username: &Username,
        _hash: &PasswordHash,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Lets a person sign in, or no more. Deactivating raises the credentials
    /// epoch, so that nothing that was out comes back to life later.
    pub async fn set_active(
        &self,
        _username: &Username,
        _status: AccountStatus,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }
}
