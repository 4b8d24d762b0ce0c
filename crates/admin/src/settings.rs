//! The whole of an organization's settings.

use pullgate_policy::{OrganizationName, Settings};
use pullgate_store::{SettingsChange, StoredSettings};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::expected::Expected;
use crate::rights::no_such_organization;

impl Admin {
    /// The organization's settings with their version; for owners and members.
    pub async fn settings(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<StoredSettings> {
        self.insider(caller, organization)?;
        let stored = self.store.settings(organization).await?;
        stored.ok_or_else(|| no_such_organization(organization))
    }

    /// Changes the organization's settings; for owners. What is expected is a
    /// version, as a number in digits.
    pub async fn change_settings(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        expected: &Expected,
        edit: impl FnOnce(&mut Settings) + Send,
    ) -> Result<StoredSettings> {
        let actor = self.owner(caller, organization)?;
        let checked = |version: i64, settings: &mut Settings| {
            if !expected.is(&version.to_string()) {
                return Err(AdminError::Outdated(format!(
                    "somebody has changed the settings of {organization} in the meantime, \
                     to version {version}; read them again, and change those"
                )));
            }
            let before = settings.trusted.clone();
            edit(settings);
            let trusted = settings.trusted.iter();
            self.check_patterns(trusted.filter(|pattern| !before.contains(pattern)))
        };
        let changed = self
            .store
            .try_change_settings(organization, &actor, checked)
            .await
            .map_err(|error| match error {
                AdminError::NotFound(_) => no_such_organization(organization),
                other => other,
            })?;
        self.settle().await;
        let SettingsChange {
            after,
            version,
            changed_at,
            ..
        } = changed;
        Ok(StoredSettings {
            settings: after,
            version,
            changed_at,
        })
    }
}
