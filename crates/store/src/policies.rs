//! An organization's settings and its allowlist.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Settings};
use pullgate_reference::Pattern;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::store::Store;

/// Settings as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSettings {
    /// What the owners have set.
    pub settings: Settings,
    /// Raised by one with each change; the first is 1.
    pub version: i64,
    /// When they were changed last.
    pub changed_at: Timestamp,
}

/// What a change of settings has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsChange {
    /// The settings before.
    pub before: Settings,
    /// The settings now; the same if nothing was changed.
    pub after: Settings,
    /// Their version now.
    pub version: i64,
}

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
    /// An organization's settings; none if there is no such organization.
    pub async fn settings(
        &self,
        _organization: &OrganizationName,
    ) -> Result<Option<StoredSettings>, StoreError> {
        todo!()
    }

    /// Reads the settings, lets `change` change them, checks and writes them,
    /// with nobody in between.
    pub async fn change_settings(
        &self,
        _organization: &OrganizationName,
        _actor: &Actor,
        _change: impl FnOnce(&mut Settings) + Send,
    ) -> Result<SettingsChange, StoreError> {
        todo!()
    }

    /// An organization's allowlist, by pattern.
    pub async fn allowlist(
        &self,
        _organization: &OrganizationName,
    ) -> Result<Vec<AllowlistEntry>, StoreError> {
        todo!()
    }

    /// Adds to an organization's allowlist. Returns how many of the patterns
    /// were new; those that were there keep their note.
    pub async fn add_to_allowlist(
        &self,
        _organization: &OrganizationName,
        _patterns: &[Pattern],
        _note: &str,
        _actor: &Actor,
    ) -> Result<usize, StoreError> {
        todo!()
    }

    /// Takes patterns off an organization's allowlist. Returns how many of
    /// them were on it.
    pub async fn remove_from_allowlist(
        &self,
        _organization: &OrganizationName,
        _patterns: &[Pattern],
        _actor: &Actor,
    ) -> Result<usize, StoreError> {
        todo!()
    }
}
