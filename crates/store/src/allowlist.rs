//! An organization's allowlist.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use serde_json::json;

use crate::actor::Actor;
use crate::change::Entry;
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
use crate::store::Store;

/// An entry of an organization's allowlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowlistEntry {
    /// Which repositories may be pulled.
    pub pattern: Pattern,
    /// Why, in the words of whoever added it; may be empty.
    pub note: String,
    /// Who added it.
    pub added_by: Actor,
    /// When.
    pub added_at: Timestamp,
}

impl Store {
    /// An organization's allowlist, by pattern.
    pub async fn allowlist(
        &self,
        organization: &OrganizationName,
    ) -> Result<Vec<AllowlistEntry>, StoreError> {
        let found: Vec<(String, String, String, i64)> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT pattern, note, added_by, added_at FROM allowlist WHERE organization = $1
                 ORDER BY pattern",
                values![organization],
            )
            .await?;
        let place = Place {
            what: "allowlist",
            name: organization.as_str(),
        };
        found
            .into_iter()
            .map(|(pattern, note, added_by, added_at)| {
                Ok(AllowlistEntry {
                    pattern: place.parse(&pattern)?,
                    note,
                    added_by: place.parse(&added_by)?,
                    added_at: place.time(added_at)?,
                })
            })
            .collect()
    }

    /// Adds to an organization's allowlist. Returns how many of the patterns
    /// were new; those that were there keep their note.
    pub async fn add_to_allowlist(
        &self,
        organization: &OrganizationName,
        patterns: &[Pattern],
        note: &str,
        actor: &Actor,
    ) -> Result<usize, StoreError> {
        check_text("note", note, 1_000)?;
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let (at, added_by) = (change.at(), change.actor().to_string());
        let mut added = Vec::new();
        for pattern in patterns {
            let new = change
                .link()
                .execute(
                    "INSERT INTO allowlist (organization, pattern, note, added_by, added_at)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization, pattern) DO NOTHING",
                    values![organization, pattern, note, &*added_by, at],
                )
                .await?;
            if new > 0 {
                added.push(pattern.as_str());
            }
        }
        if added.is_empty() {
            return Ok(0);
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::AllowlistAdded,
                subject: "allowlist",
                before: None,
                after: Some(json!({"patterns": added, "note": note})),
            })
            .await?;
        Ok(added.len())
    }

    /// Takes patterns off an organization's allowlist. Returns how many of
    /// them were on it.
    pub async fn remove_from_allowlist(
        &self,
        organization: &OrganizationName,
        patterns: &[Pattern],
        actor: &Actor,
    ) -> Result<usize, StoreError> {
        let mut change = self.change(actor).await?;
        change.check_organization(organization).await?;
        let mut removed = Vec::new();
        for pattern in patterns {
            let old = change
                .link()
                .execute(
                    "DELETE FROM allowlist WHERE organization = $1 AND pattern = $2",
                    values![organization, pattern],
                )
                .await?;
            if old > 0 {
                removed.push(pattern.as_str());
            }
        }
        if removed.is_empty() {
            return Ok(0);
        }
        change
            .commit(Entry {
                organization: Some(organization),
                action: Action::AllowlistRemoved,
                subject: "allowlist",
                before: Some(json!({"patterns": removed})),
                after: None,
            })
            .await?;
        Ok(removed.len())
    }
}
