//! Organizations: the people who share one policy.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Settings, Username};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::ids::numbered;
use crate::link::values;
use crate::people::Person;
use crate::store::Store;

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its name.
    pub name: OrganizationName,
    /// Its name as people write it.
    pub display_name: String,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// The number by which tools know its owners team.
    pub number: i64,
}

impl Organization {
    /// The identifier by which tools know it.
    pub fn id(&self) -> Uuid {
        numbered(1, self.number, self.created_at)
    }
}

type Columns = (String, String, i64, i64);

fn read((name, display_name, created_at, number): Columns) -> Result<Organization, StoreError> {
    let place = Place {
        what: "organization",
        name: &name,
    };
    Ok(Organization {
        name: place.parse(&name)?,
        display_name,
        created_at: place.time(created_at)?,
        number,
    })
}

impl Store {
    /// Makes an organization with its first owner and default settings.
    pub async fn create_organization(
        &self,
        name: &OrganizationName,
        display_name: &str,
        owner: &Username,
        actor: &Actor,
    ) -> Result<Organization, StoreError> {
        let mut change = self.change(actor).await?;
        let person = change.person(owner).await?;
        let made = change
            .insert_organization(name, display_name, &person)
            .await?;
        change.commit(made.entry(name)).await?;
        Ok(made.organization)
    }

    /// One organization.
    pub async fn organization(
        &self,
        name: &OrganizationName,
    ) -> Result<Option<Organization>, StoreError> {
        let found: Option<Columns> = self
            .db
            .reader()
            .await?
            .link()
            .first(
                "SELECT name, display_name, created_at, number FROM organizations WHERE name = $1",
                values![name],
            )
            .await?;
        found.map(read).transpose()
    }

    /// All organizations, by name.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let found: Vec<Columns> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT name, display_name, created_at, number FROM organizations ORDER BY name",
                values![],
            )
            .await?;
        found.into_iter().map(read).collect()
    }
}

/// An organization that was made, and what the history tells of it.
pub(crate) struct Founding {
    pub(crate) organization: Organization,
    after: Json,
}

impl Founding {
    pub(crate) fn entry<'e>(&self, name: &'e OrganizationName) -> Entry<'e> {
        Entry {
            organization: Some(name),
            action: Action::OrganizationCreated,
            subject: name.as_str(),
            before: None,
            after: Some(self.after.clone()),
        }
    }
}

impl Change<'_> {
    /// Makes an organization with its first owner and default settings.
    pub(crate) async fn insert_organization(
        &mut self,
        name: &OrganizationName,
        display_name: &str,
        owner: &Person,
    ) -> Result<Founding, StoreError> {
        check_text("display name", display_name, 200)?;
        let (at, settings) = (self.at(), Settings::default());
        let number = self.next_number().await?;
        let made = self
            .link()
            .execute(
                "INSERT INTO organizations (name, display_name, created_at, number)
                 VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
                values![name, display_name, at, number],
            )
            .await?;
        if made == 0 {
            return Err(StoreError::already_exists("organization", name));
        }
        self.link()
            .execute(
                "INSERT INTO members (organization, person, role, since)
                 VALUES ($1, $2, 'owner', $3)",
                values![name, owner.id, at],
            )
            .await?;
        self.insert_settings(name, &settings).await?;
        Ok(Founding {
            organization: Organization {
                name: name.clone(),
                display_name: display_name.to_owned(),
                created_at: at,
                number,
            },
            after: json!({
                "display_name": display_name,
                "owner": owner.username,
                "settings": settings,
            }),
        })
    }

    /// That there is such an organization.
    pub(crate) async fn check_organization(
        &mut self,
        name: &OrganizationName,
    ) -> Result<(), StoreError> {
        let found: Option<(String,)> = self
            .link()
            .first(
                "SELECT name FROM organizations WHERE name = $1",
                values![name],
            )
            .await?;
        match found {
            Some(_) => Ok(()),
            None => Err(StoreError::not_found("organization", name)),
        }
    }
}
