//! The three switches of Image Access Management that Docker Hub has.

use pullgate_policy::{Iam, OrganizationName, Permission, Settings, Switch};
use pullgate_store::StoreError;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::rights::no_such_organization;

/// Image Access Management as Docker Hub knows it. What Pullgate has beyond
/// it stays as it is when these are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageAccess {
    /// Whether it is on.
    pub enabled: Switch,
    /// Docker Official Images.
    pub official: Permission,
    /// Verified publishers.
    pub verified_publisher: Permission,
}

impl ImageAccess {
    fn of(iam: &Iam) -> Self {
        Self {
            enabled: iam.enabled,
            official: iam.official,
            verified_publisher: iam.verified_publisher,
        }
    }
}

impl Admin {
    /// The organization's switches; for owners and members.
    pub async fn image_access(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<ImageAccess> {
        self.insider(caller, organization)?;
        let stored = self.store.settings(organization).await?;
        let stored = stored.ok_or_else(|| no_such_organization(organization))?;
        Ok(ImageAccess::of(&stored.settings.iam))
    }

    /// Sets the organization's switches; for owners.
    pub async fn set_image_access(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        wanted: ImageAccess,
    ) -> Result<ImageAccess> {
        let actor = self.owner(caller, organization)?;
        let set = |settings: &mut Settings| {
            settings.iam.enabled = wanted.enabled;
            settings.iam.official = wanted.official;
            settings.iam.verified_publisher = wanted.verified_publisher;
        };
        let changed = self.store.change_settings(organization, &actor, set).await;
        let changed = changed.map_err(|error| match error {
            StoreError::NotFound { .. } => no_such_organization(organization),
            other => other.into(),
        })?;
        self.settle().await;
        Ok(ImageAccess::of(&changed.after.iam))
    }
}
