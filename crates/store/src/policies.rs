//! An organization's settings.

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Settings};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::Place;
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
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
    /// When they were changed last.
    pub changed_at: Timestamp,
}

/// Settings, version and the moment of the last change.
pub(crate) type Columns = (String, i64, i64);

const SELECT: &str = "SELECT settings, version, changed_at FROM policies WHERE organization = $1";

fn place(organization: &OrganizationName) -> Place<'_> {
    Place {
        what: "settings",
        name: organization.as_str(),
    }
}

impl Store {
    /// An organization's settings; none if there is no such organization.
    pub async fn settings(
        &self,
        organization: &OrganizationName,
    ) -> Result<Option<StoredSettings>, StoreError> {
        let found: Option<Columns> = self
            .db
            .reader()
            .await?
            .link()
            .first(SELECT, values![organization])
            .await?;
        let place = place(organization);
        found
            .map(|(settings, version, changed_at)| {
                Ok(StoredSettings {
                    settings: place.json(&settings)?,
                    version,
                    changed_at: place.time(changed_at)?,
                })
            })
            .transpose()
    }

    /// Reads the settings, lets `edit` change them, checks and writes them,
    /// with nobody in between.
    pub async fn change_settings(
        &self,
        organization: &OrganizationName,
        actor: &Actor,
        edit: impl FnOnce(&mut Settings) + Send,
    ) -> Result<SettingsChange, StoreError> {
        self.try_change_settings(organization, actor, |_, settings| {
            edit(settings);
            Ok(())
        })
        .await
    }

    /// The same for an edit that may refuse, and is told which version it
    /// changes.
    pub async fn try_change_settings<E: From<StoreError>>(
        &self,
        organization: &OrganizationName,
        actor: &Actor,
        edit: impl FnOnce(i64, &mut Settings) -> Result<(), E> + Send,
    ) -> Result<SettingsChange, E> {
        let mut change = self.change(actor).await?;
        let (text, version, changed_at) = change.settings(organization).await?;
        let place = place(organization);
        let before: Settings = place.json(&text)?;
        let mut after = before.clone();
        edit(version, &mut after)?;
        after.check().map_err(StoreError::from)?;
        if after == before {
            return Ok(SettingsChange {
                before,
                after,
                version,
                changed_at: place.time(changed_at)?,
            });
        }
        let version = version + 1;
        let changed_at = change.at();
        change
            .commit_settings(organization, json!(before), &after, version)
            .await?;
        Ok(SettingsChange {
            before,
            after,
            version,
            changed_at,
        })
    }

    /// Replaces the settings, whatever they were: the way out when they cannot
    /// be read. Returns their version.
    pub async fn replace_settings(
        &self,
        organization: &OrganizationName,
        settings: &Settings,
        actor: &Actor,
    ) -> Result<i64, StoreError> {
        settings.check()?;
        let mut change = self.change(actor).await?;
        let (text, version, _) = change.settings(organization).await?;
        let before = serde_json::from_str(&text).unwrap_or(Json::String(text));
        change
            .commit_settings(organization, before, settings, version + 1)
            .await?;
        Ok(version + 1)
    }
}

impl Change<'_> {
    /// Writes the first settings of an organization.
    pub(crate) async fn insert_settings(
        &mut self,
        organization: &OrganizationName,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let at = self.at();
        self.link()
            .execute(
                "INSERT INTO policies (organization, settings, version, changed_at)
                 VALUES ($1, $2, 1, $3)",
                values![organization, json!(settings).to_string(), at],
            )
            .await?;
        Ok(())
    }

    pub(crate) async fn settings(
        &mut self,
        organization: &OrganizationName,
    ) -> Result<Columns, StoreError> {
        self.link()
            .first(SELECT, values![organization])
            .await?
            .ok_or_else(|| StoreError::not_found("organization", organization))
    }

    pub(crate) async fn commit_settings(
        mut self,
        organization: &OrganizationName,
        before: Json,
        after: &Settings,
        version: i64,
    ) -> Result<(), StoreError> {
        let at = self.at();
        let after = json!(after);
        self.link()
            .execute(
                "UPDATE policies SET settings = $1, version = $2, changed_at = $3
                 WHERE organization = $4",
                values![after.to_string(), version, at, organization],
            )
            .await?;
        self.commit(Entry {
            organization: Some(organization),
            action: Action::SettingsChanged,
            subject: "settings",
            before: Some(before),
            after: Some(after),
        })
        .await
    }
}
