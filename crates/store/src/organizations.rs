//! Organizations: the people who share one policy.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Settings, Username};
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
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
}

type Columns = (String, String, i64);

fn read((name, display_name, created_at): Columns) -> Result<Organization, StoreError> {
    let place = Place {
        what: "organization",
        name: &name,
    };
    Ok(Organization {
        name: place.parse(&name)?,
        display_name,
        created_at: place.time(created_at)?,
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
        check_text("display name", display_name, 200)?;
        let settings = Settings::default();
        let mut change = self.change(actor).await?;
        let at = change.at();
        let person = change.person(owner).await?;
        let made = change
            .link()
            .execute(
                "INSERT INTO organizations (name, display_name, created_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO NOTHING",
                values![name, display_name, at],
            )
            .await?;
        if made == 0 {
            return Err(StoreError::already_exists("organization", name));
        }
        change
            .link()
            .execute(
                "INSERT INTO members (organization, person, role, since)
                 VALUES ($1, $2, 'owner', $3)",
                values![name, person.id, at],
            )
            .await?;
        change.insert_settings(name, &settings).await?;
        change
            .commit(Entry {
                organization: Some(name),
                action: Action::OrganizationCreated,
                subject: name.as_str(),
                before: None,
                after: Some(json!({
                    "display_name": display_name,
                    "owner": owner,
                    "settings": settings,
                })),
            })
            .await?;
        Ok(Organization {
            name: name.clone(),
            display_name: display_name.to_owned(),
            created_at: at,
        })
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
                "SELECT name, display_name, created_at FROM organizations WHERE name = $1",
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
                "SELECT name, display_name, created_at FROM organizations ORDER BY name",
                values![],
            )
            .await?;
        found.into_iter().map(read).collect()
    }
}

impl Change<'_> {
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
