//! The registries of Registry Access Management as owners list them: with the
//! address as it was written, a name for people, and also without being
//! allowed.
//!
//! What is decided by stands in the settings. This list is kept beside them
//! and never against them: whatever else changes the settings, it is read as
//! they say.

use std::collections::HashMap;

use pullgate_policy::{
    MAX_REGISTRIES, OrganizationName, Permission, Settings, SettingsError, Switch,
};
use pullgate_reference::Registry;
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::db::Work;
use crate::error::StoreError;
use crate::history::Action;
use crate::link::values;
use crate::store::Store;

/// A registry in the list of Registry Access Management.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRegistry {
    /// Which it is.
    pub registry: Registry,
    /// The address as an owner wrote it.
    pub address: String,
    /// What people call it.
    pub friendly_name: String,
    /// Whether it may be pulled from.
    pub permission: Permission,
}

/// Registry Access Management with its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryAccess {
    /// Whether it is on.
    pub enabled: Switch,
    /// Docker Hub, which is not in the list.
    pub docker_hub: Permission,
    /// The list, each registry once.
    pub registries: Vec<ListedRegistry>,
}

impl RegistryAccess {
    /// What the settings say, in the words that are kept beside them.
    fn of(settings: &Settings, kept: Vec<ListedRegistry>) -> Self {
        let ram = &settings.ram;
        let mut unnamed: Vec<&Registry> = ram.registries.iter().collect();
        let mut registries = Vec::with_capacity(kept.len().max(unnamed.len()));
        for mut entry in kept {
            let allowed = unnamed.iter().position(|one| **one == entry.registry);
            match (allowed, entry.permission) {
                // The settings do not have it any more.
                (None, Permission::Allowed) => continue,
                (None, Permission::Restricted) => {}
                (Some(place), _) => {
                    unnamed.remove(place);
                    entry.permission = Permission::Allowed;
                }
            }
            registries.push(entry);
        }
        // Those that only the settings have: nobody has named them.
        registries.extend(unnamed.into_iter().map(|registry| ListedRegistry {
            registry: registry.clone(),
            address: registry.to_string(),
            friendly_name: registry.to_string(),
            permission: Permission::Allowed,
        }));
        Self {
            enabled: ram.enabled,
            docker_hub: ram.docker_hub,
            registries,
        }
    }

    /// The bounds of the settings hold for what is only listed, too.
    fn check(&self) -> Result<(), SettingsError> {
        let given = self.registries.len();
        if given > MAX_REGISTRIES {
            return Err(SettingsError::TooManyRegistries { given });
        }
        let mut registries = self.registries.iter();
        if registries.any(|listed| listed.registry.is_docker_hub()) {
            return Err(SettingsError::DockerHubListed);
        }
        Ok(())
    }

    /// Writes into settings what is decided by.
    fn write_into(&self, settings: &mut Settings) {
        let ram = &mut settings.ram;
        ram.enabled = self.enabled;
        ram.docker_hub = self.docker_hub;
        let allowed = |listed: &&ListedRegistry| listed.permission == Permission::Allowed;
        let mut wanted: Vec<Registry> = self
            .registries
            .iter()
            .filter(allowed)
            .map(|listed| listed.registry.clone())
            .collect();
        // Which registries there are is a set: in another order it is the same.
        let order: HashMap<&Registry, usize> = ram.registries.iter().zip(0..).collect();
        wanted.sort_by_key(|registry| order.get(registry).copied().unwrap_or(usize::MAX));
        ram.registries = wanted;
    }
}

impl Store {
    /// An organization's Registry Access Management; none if there is no such
    /// organization.
    pub async fn registry_access(
        &self,
        organization: &OrganizationName,
    ) -> Result<Option<RegistryAccess>, StoreError> {
        let mut picture = self.db.picture().await?;
        let settings: Option<(String,)> = picture
            .link()
            .first(
                "SELECT settings FROM policies WHERE organization = $1",
                values![organization],
            )
            .await?;
        let Some((settings,)) = settings else {
            return Ok(None);
        };
        let place = Place {
            what: "settings",
            name: organization.as_str(),
        };
        let kept = read(&mut picture, organization).await?;
        Ok(Some(RegistryAccess::of(&place.json(&settings)?, kept)))
    }

    /// Makes Registry Access Management be as that says, names included. Its
    /// mode stays as it is.
    pub async fn set_registry_access(
        &self,
        organization: &OrganizationName,
        wanted: &RegistryAccess,
        actor: &Actor,
    ) -> Result<RegistryAccess, StoreError> {
        wanted.check()?;
        for listed in &wanted.registries {
            check_text("address", &listed.address, 300)?;
            check_text("friendly name", &listed.friendly_name, 200)?;
        }
        let mut change = self.change(actor).await?;
        let (text, version, _) = change.settings(organization).await?;
        let place = Place {
            what: "settings",
            name: organization.as_str(),
        };
        let before: Settings = place.json(&text)?;
        let mut after = before.clone();
        wanted.write_into(&mut after);
        after.check()?;
        let kept = read(change.work(), organization).await?;
        if after == before && kept == wanted.registries {
            return Ok(wanted.clone());
        }
        change
            .replace_list(organization, &wanted.registries)
            .await?;
        if after == before {
            let entry = Entry {
                organization: Some(organization),
                action: Action::RegistryNamesChanged,
                subject: "registries",
                before: Some(tell(&kept)),
                after: Some(tell(&wanted.registries)),
            };
            change.commit(entry).await?;
        } else {
            change
                .commit_settings(organization, json!(before), &after, version + 1)
                .await?;
        }
        Ok(wanted.clone())
    }
}

impl Change<'_> {
    async fn replace_list(
        &mut self,
        organization: &OrganizationName,
        list: &[ListedRegistry],
    ) -> Result<(), StoreError> {
        self.link()
            .execute(
                "DELETE FROM listed_registries WHERE organization = $1",
                values![organization],
            )
            .await?;
        for (listed, position) in list.iter().zip(0_i64..) {
            self.link()
                .execute(
                    "INSERT INTO listed_registries
                         (organization, registry, address, friendly_name, permission, position)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                    values![
                        organization,
                        listed.registry.as_str(),
                        &*listed.address,
                        &*listed.friendly_name,
                        listed.permission.as_str(),
                        position,
                    ],
                )
                .await?;
        }
        Ok(())
    }
}

async fn read(
    work: &mut Work,
    organization: &OrganizationName,
) -> Result<Vec<ListedRegistry>, StoreError> {
    let rows: Vec<(String, String, String, String)> = work
        .link()
        .all(
            "SELECT registry, address, friendly_name, permission FROM listed_registries
             WHERE organization = $1 ORDER BY position",
            values![organization],
        )
        .await?;
    let place = Place {
        what: "registries",
        name: organization.as_str(),
    };
    rows.into_iter()
        .map(|(registry, address, friendly_name, permission)| {
            Ok(ListedRegistry {
                registry: place.parse(&registry)?,
                address,
                friendly_name,
                permission: place.word(&permission)?,
            })
        })
        .collect()
}

/// What the history tells of a list.
fn tell(list: &[ListedRegistry]) -> Json {
    list.iter()
        .map(|listed| {
            json!({
                "address": listed.address,
                "friendly_name": listed.friendly_name,
                "permission": listed.permission,
            })
        })
        .collect()
}
