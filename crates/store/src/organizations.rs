//! Organizations: the people who share one policy.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Username};

use crate::actor::Actor;
use crate::error::StoreError;
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

impl Store {
    /// Makes an organization with its first owner and default settings.
    pub async fn create_organization(
        &self,
        _name: &OrganizationName,
        _display_name: &str,
        _owner: &Username,
        _actor: &Actor,
    ) -> Result<Organization, StoreError> {
        todo!()
    }

    /// One organization.
    pub async fn organization(
        &self,
        _name: &OrganizationName,
    ) -> Result<Option<Organization>, StoreError> {
        todo!()
    }

    /// All organizations, by name.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        todo!()
    }
}
