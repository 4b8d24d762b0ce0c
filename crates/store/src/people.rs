//! People, and whether they can sign in.

use jiff::Timestamp;
use pullgate_policy::Username;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::PersonId;
use crate::link::values;
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
    /// Whether the person looks after the installation.
    pub site_role: SiteRole,
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

impl AccountStatus {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }
}

/// What somebody is to the whole installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteRole {
    /// Looks after it: its organizations, catalog and cache. No right in an
    /// organization comes with it.
    Administrator,
    /// Nothing.
    None,
}

impl SiteRole {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::None => "none",
        }
    }
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

/// A question about people: the columns of [`PersonColumns`], and what follows.
/// By name, for with `*` a column that a newer version adds would be one more
/// than a statement gives that is prepared already.
macro_rules! select_people {
    ($rest:literal) => {
        concat!(
            "SELECT id, username, email, password_hash, credentials_epoch, status, site_role,
                 created_at FROM people ",
            $rest
        )
    };
}
pub(crate) use select_people;

/// The columns of a person.
#[derive(sqlx::FromRow)]
pub(crate) struct PersonColumns {
    id: String,
    username: String,
    email: String,
    password_hash: Option<String>,
    credentials_epoch: i64,
    status: String,
    site_role: String,
    created_at: i64,
}

impl PersonColumns {
    pub(crate) fn read(self) -> Result<Person, StoreError> {
        let place = Place {
            what: "person",
            name: &self.username,
        };
        Ok(Person {
            id: place.parse(&self.id)?,
            username: place.parse(&self.username)?,
            credentials_epoch: self.credentials_epoch,
            status: place.word(&self.status)?,
            site_role: place.word(&self.site_role)?,
            created_at: place.time(self.created_at)?,
            email: self.email,
            password_hash: self.password_hash.map(PasswordHash::from),
        })
    }
}

impl Store {
    /// Makes a person, active.
    pub async fn create_person(
        &self,
        person: NewPerson,
        actor: &Actor,
    ) -> Result<Person, StoreError> {
        let mut change = self.change(actor).await?;
        let person = change.insert_person(person, SiteRole::None).await?;
        change.commit(person.creation()).await?;
        Ok(person)
    }

    /// One person by name.
    pub async fn person(&self, username: &Username) -> Result<Option<Person>, StoreError> {
        let found: Option<PersonColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(select_people!("WHERE username = $1"), values![username])
            .await?;
        found.map(PersonColumns::read).transpose()
    }

    /// One person.
    pub async fn person_by_id(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let found: Option<PersonColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(select_people!("WHERE id = $1"), values![id])
            .await?;
        found.map(PersonColumns::read).transpose()
    }

    /// All people, by name.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let found: Vec<PersonColumns> = self
            .db
            .reader()
            .await?
            .link()
            .all(select_people!("ORDER BY username"), values![])
            .await?;
        found.into_iter().map(PersonColumns::read).collect()
    }

    /// Sets a person's password and raises the credentials epoch.
    pub async fn set_password_hash(
        &self,
        username: &Username,
        hash: &PasswordHash,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let changed = change
            .link()
            .execute(
                "UPDATE people
                 SET password_hash = $1, credentials_epoch = credentials_epoch + 1
                 WHERE username = $2",
                values![hash.reveal(), username],
            )
            .await?;
        if changed == 0 {
            return Err(StoreError::not_found("person", username));
        }
        change
            .commit(Entry {
                organization: None,
                action: Action::PasswordChanged,
                subject: username.as_str(),
                before: None,
                after: None,
            })
            .await
    }

    /// Lets a person sign in, or no more. Deactivating raises the credentials
    /// epoch, so that nothing that was out comes back to life later.
    pub async fn set_active(
        &self,
        username: &Username,
        status: AccountStatus,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let person = change.person(username).await?;
        if person.status == status {
            return Ok(());
        }
        let epoch = match status {
            AccountStatus::Active => person.credentials_epoch,
            AccountStatus::Deactivated => person.credentials_epoch + 1,
        };
        change
            .link()
            .execute(
                "UPDATE people SET status = $1, credentials_epoch = $2 WHERE id = $3",
                values![status.as_str(), epoch, person.id],
            )
            .await?;
        change
            .commit(Entry {
                organization: None,
                action: Action::AccountStatusChanged,
                subject: username.as_str(),
                before: Some(json!(person.status)),
                after: Some(json!(status)),
            })
            .await
    }

    /// Makes a person a site administrator, or one no more.
    pub async fn set_site_role(
        &self,
        username: &Username,
        role: SiteRole,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let person = change.person(username).await?;
        if person.site_role == role {
            return Ok(());
        }
        change
            .link()
            .execute(
                "UPDATE people SET site_role = $1 WHERE id = $2",
                values![role.as_str(), person.id],
            )
            .await?;
        change
            .commit(Entry {
                organization: None,
                action: Action::SiteRoleChanged,
                subject: username.as_str(),
                before: Some(json!(person.site_role)),
                after: Some(json!(role)),
            })
            .await
    }
}

impl Person {
    /// What the history tells of how the person came.
    pub(crate) fn creation(&self) -> Entry<'_> {
        let mut after = json!({"email": self.email});
        if self.site_role != SiteRole::None {
            after["site_role"] = json!(self.site_role);
        }
        Entry {
            organization: None,
            action: Action::PersonCreated,
            subject: self.username.as_str(),
            before: None,
            after: Some(after),
        }
    }
}

impl Change<'_> {
    /// Makes a person, active.
    pub(crate) async fn insert_person(
        &mut self,
        person: NewPerson,
        site_role: SiteRole,
    ) -> Result<Person, StoreError> {
        check_text("e-mail address", &person.email, 254)?;
        let person = Person {
            id: PersonId::generate(),
            username: person.username,
            email: person.email,
            password_hash: person.password_hash,
            credentials_epoch: 1,
            status: AccountStatus::Active,
            site_role,
            created_at: self.at(),
        };
        self.check_is_new(&person).await?;
        self.link()
            .execute(
                "INSERT INTO people
                     (id, username, email, password_hash, credentials_epoch, status, site_role,
                      created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    person.id,
                    &person.username,
                    &*person.email,
                    person.password_hash.as_ref().map(PasswordHash::reveal),
                    person.credentials_epoch,
                    person.status.as_str(),
                    person.site_role.as_str(),
                    person.created_at,
                ],
            )
            .await?;
        Ok(person)
    }

    /// The person of this name, who must be there.
    pub(crate) async fn person(&mut self, username: &Username) -> Result<Person, StoreError> {
        let found: Option<PersonColumns> = self
            .link()
            .first(select_people!("WHERE username = $1"), values![username])
            .await?;
        found
            .ok_or_else(|| StoreError::not_found("person", username))?
            .read()
    }

    /// That nobody has the name or the e-mail address.
    async fn check_is_new(&mut self, person: &Person) -> Result<(), StoreError> {
        let same: Option<(String,)> = self
            .link()
            .first(
                "SELECT username FROM people
                 WHERE username = $1 OR (email <> '' AND lower(email) = lower($2))
                 ORDER BY CASE WHEN username = $1 THEN 0 ELSE 1 END",
                values![&person.username, &*person.email],
            )
            .await?;
        match same {
            None => Ok(()),
            Some((username,)) if username == person.username.as_str() => {
                Err(StoreError::already_exists("person", &username))
            }
            Some(_) => Err(Conflict::EmailTaken {
                email: person.email.clone(),
            }
            .into()),
        }
    }
}
