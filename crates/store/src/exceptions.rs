//! Allowances for one repository with an end.

use jiff::Timestamp;
use pullgate_policy::{Covers, Exception, OrganizationName};
use pullgate_reference::Repository;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::ids::ExceptionId;
use crate::store::Store;

/// An exception as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRecord {
    /// Which it is.
    pub id: ExceptionId,
    /// What it allows, for whom and until when.
    pub exception: Exception,
    /// Why it was made.
    pub reason: String,
    /// Who made it.
    pub made_by: Actor,
    /// When it was made.
    pub made_at: Timestamp,
}

/// An exception to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewException {
    /// The repository that may be pulled.
    pub repository: Repository,
    /// Who may pull it: a team or a member that there is.
    pub covers: Covers,
    /// From this moment on it counts no more.
    pub ends_at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Makes an exception.
    pub async fn add_exception(
        &self,
        _organization: &OrganizationName,
        _exception: NewException,
        _actor: &Actor,
    ) -> Result<ExceptionId, StoreError> {
        todo!()
    }

    /// Ends an exception now. Nothing happens if it has ended.
    pub async fn end_exception(
        &self,
        _organization: &OrganizationName,
        _id: ExceptionId,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The exceptions of an organization, ended ones included, newest first.
    pub async fn exceptions(
        &self,
        _organization: &OrganizationName,
    ) -> Result<Vec<ExceptionRecord>, StoreError> {
        todo!()
    }
}
