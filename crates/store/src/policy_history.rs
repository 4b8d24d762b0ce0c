//! The history of one organization's policy: settings, registries, allowlist.

use pullgate_policy::OrganizationName;

use crate::error::StoreError;
use crate::history::{ChangeRecord, ChangeRow};
use crate::link::values;
use crate::store::Store;

/// The index of these changes has the same actions, word for word.
const PAGE: &str = "
    SELECT generation, at, actor, organization, action, subject, before_json, after_json
    FROM changes WHERE organization = $1
    AND action IN ('settings_changed', 'registry_names_changed', 'policy_applied', 'change_undone', 'allowlist_added', 'allowlist_removed')
    AND generation < $2 ORDER BY generation DESC LIMIT $3";

impl Store {
    /// The latest changes of an organization's policy, newest first: older
    /// than a generation if one is given, at most `limit`.
    pub async fn policy_changes(
        &self,
        organization: &OrganizationName,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ChangeRecord>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let rows: Vec<ChangeRow> = self
            .db
            .reader()
            .await?
            .link()
            .all(PAGE, values![organization, before, i64::from(limit)])
            .await?;
        rows.into_iter().map(ChangeRow::read).collect()
    }

    /// One change of an organization's policy, by its generation; none if
    /// that is no such change.
    pub async fn policy_change(
        &self,
        organization: &OrganizationName,
        generation: i64,
    ) -> Result<Option<ChangeRecord>, StoreError> {
        let Some(before) = generation.checked_add(1) else {
            return Ok(None);
        };
        let latest = self.policy_changes(organization, Some(before), 1).await?;
        let found = latest.into_iter().next();
        Ok(found.filter(|change| change.generation == generation))
    }
}
