//! An organization, as those who belong to it see it.

use pullgate_policy::OrganizationName;
use pullgate_store::Organization;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::rights::no_such_organization;

impl Admin {
    /// One organization; for owners and members.
    pub async fn organization(
        &self,
        caller: &Caller,
        name: &OrganizationName,
    ) -> Result<Organization> {
        self.insider(caller, name)?;
        let found = self.store.organization(name).await?;
        found.ok_or_else(|| no_such_organization(name))
    }
}
