//! The namespaces of an organization.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::store::Store;

/// A namespace of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Which repositories lie in it.
    pub pattern: Pattern,
    /// Since when it is the organization's.
    pub added_at: Timestamp,
}

impl Store {
    /// Gives an organization a namespace. Refused if some repository could lie
    /// in it and in another organization's. Nothing happens if it has it.
    pub async fn add_namespace(
        &self,
        _organization: &OrganizationName,
        _pattern: &Pattern,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Takes a namespace away.
    pub async fn remove_namespace(
        &self,
        _organization: &OrganizationName,
        _pattern: &Pattern,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// An organization's namespaces, by name.
    pub async fn namespaces(
        &self,
        _organization: &OrganizationName,
    ) -> Result<Vec<Namespace>, StoreError> {
        todo!()
    }
}
