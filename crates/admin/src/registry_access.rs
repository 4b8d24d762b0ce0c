//! Registry Access Management as Docker Hub knows it: a list of addresses with
//! names for people, allowed or not.

use std::collections::HashMap;

use pullgate_policy::{OrganizationName, Permission, Switch};
use pullgate_reference::Registry;
use pullgate_store::{ListedRegistry, RegistryAccess, StoreError};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::no_such_organization;

/// Registry Access Management as it is to be. Its mode stays as it is.
#[derive(Clone, Debug)]
pub struct NewRegistryAccess {
    /// Whether it is on.
    pub enabled: Switch,
    /// Docker Hub, which is not in the list.
    pub docker_hub: Permission,
    /// The list.
    pub registries: Vec<NewListedRegistry>,
}

/// A registry to be listed.
#[derive(Clone, Debug)]
pub struct NewListedRegistry {
    /// Where it is: `registry.acme.example:5000`, or the same as a URL.
    pub address: String,
    /// What people call it.
    pub friendly_name: String,
    /// Whether it may be pulled from.
    pub permission: Permission,
}

impl Admin {
    /// The organization's Registry Access Management; for owners and members.
    pub async fn registry_access(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<RegistryAccess> {
        self.insider(caller, organization)?;
        let access = self.store.registry_access(organization).await?;
        access.ok_or_else(|| no_such_organization(organization))
    }

    /// Sets it as a whole; for owners.
    pub async fn set_registry_access(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        wanted: NewRegistryAccess,
    ) -> Result<RegistryAccess> {
        let actor = self.owner(caller, organization)?;
        let wanted = RegistryAccess {
            enabled: wanted.enabled,
            docker_hub: wanted.docker_hub,
            registries: list(wanted.registries)?,
        };
        let set = self
            .store
            .set_registry_access(organization, &wanted, &actor);
        let set = set.await.map_err(|error| match error {
            StoreError::NotFound { .. } => no_such_organization(organization),
            other => other.into(),
        })?;
        self.settle().await;
        Ok(set)
    }
}

fn list(registries: Vec<NewListedRegistry>) -> Result<Vec<ListedRegistry>> {
    let mut seen = HashMap::with_capacity(registries.len());
    let mut list = Vec::with_capacity(registries.len());
    for new in registries {
        let registry = registry(&new.address)?;
        if let Some(other) = seen.insert(registry.clone(), new.address.clone()) {
            return Err(AdminError::Invalid(format!(
                "{:?} and {other:?} are the same registry; list it once",
                new.address
            )));
        }
        list.push(ListedRegistry {
            registry,
            address: new.address,
            friendly_name: new.friendly_name,
            permission: new.permission,
        });
    }
    Ok(list)
}

/// Which registry an address means. Docker's own tools write URLs, too.
fn registry(address: &str) -> Result<Registry> {
    let host = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .unwrap_or(address);
    Registry::parse(host.trim_end_matches('/')).map_err(|why| {
        let shown: String = address.chars().take(100).collect();
        AdminError::Invalid(format!(
            "{shown:?} is not the address of a registry: {why}; write it as registry.acme.example or registry.acme.example:5000"
        ))
    })
}
