//! Everything that a configuration opens, wired together.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_access::{Door, DoorSettings, Recorder, RecorderSettings};
use pullgate_admin::{Admin, ConsoleSessions, SessionSettings};
use pullgate_cache::Cache;
use pullgate_catalog::{Catalog, HubClient};
use pullgate_console::{Console, ConsoleRates, ConsoleSettings, GatewayAddress};
use pullgate_control::{Control, RateLimit};
use pullgate_gateway::{Gateway, GatewaySettings, OpenedNetwork};
use pullgate_identity::Identity;
use pullgate_reference::Registry;
use pullgate_store::{DatabaseUrl, Store};
use pullgate_upstream::{Login, UpstreamConfig, Upstreams, read_password};

use super::gateway_names::gateway_names;
use super::machinery::ServerMachinery;
use crate::config::Config;
use crate::failure::Failure;

/// What stands behind every way in: the store, who people are, what
/// categories there are, and the door.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) door: Arc<Door>,
}

impl Parts {
    /// Opens what a configuration describes.
    pub(crate) async fn open(config: &Config) -> Result<Self, Failure> {
        let store = open_store(config).await?;
        let identity = Arc::new(open_identity(config, store.clone()).await?);
        let catalog = Arc::new(open_catalog(config, store.clone()).await?);
        let recorder = Arc::new(Recorder::new(
            store.clone(),
            clock(),
            RecorderSettings::new(config.data.join("decisions.spool")),
        ));
        let settings = DoorSettings {
            hold_policy: config.hold_policy,
        };
        let door = Door::open(
            store.clone(),
            Arc::clone(&identity),
            Arc::clone(&catalog),
            Arc::clone(&recorder),
            clock(),
            settings,
        )
        .await?;
        Ok(Self {
            store,
            identity,
            catalog,
            recorder,
            door: Arc::new(door),
        })
    }

    /// The services for owners and members over these parts.
    pub(crate) fn admin(&self, config: &Config) -> Admin {
        Admin::new(pullgate_admin::Parts {
            store: self.store.clone(),
            identity: Arc::clone(&self.identity),
            catalog: Arc::clone(&self.catalog),
            door: Arc::clone(&self.door),
            clock: clock(),
            console: config.public_url.as_deref().map(Into::into),
        })
        .with_gateway(gateway_names(config, config.gateway.listen.port()))
    }

    /// The API over these parts, for a gateway that listens on this port.
    pub(crate) fn control(
        &self,
        config: &Config,
        machinery: Arc<ServerMachinery>,
        gateway_port: u16,
    ) -> Control {
        Control::new(
            self.admin(config)
                .with_machinery(machinery)
                .with_gateway(gateway_names(config, gateway_port)),
            Arc::clone(&self.identity),
            config.public_url.clone(),
            RateLimit {
                per_minute: config.control.requests_per_minute,
            },
        )
    }

    /// The console over these parts, for a gateway that listens on this port.
    pub(crate) fn console(
        &self,
        config: &Config,
        gateway_port: u16,
        machinery: Arc<ServerMachinery>,
    ) -> Console {
        let admin = self
            .admin(config)
            .with_machinery(machinery)
            .with_gateway(gateway_names(config, gateway_port));
        let sessions = SessionSettings {
            idle: config.console.idle_timeout,
            lifetime: config.console.session_lifetime,
        };
        let registries = upstream_entries(config);
        let settings = ConsoleSettings {
            public_url: config.public_url.clone(),
            gateway: GatewayAddress {
                public_url: config.gateway.public_url.clone(),
                port: gateway_port,
                encrypted: config.gateway.tls.is_some(),
            },
            rates: ConsoleRates {
                per_session: config.console.requests_per_minute,
                per_address: config.console.requests_per_minute_of_an_address,
            },
            registries: registries
                .iter()
                .map(|upstream| upstream.registry.clone())
                .collect(),
        };
        Console::new(
            admin.clone(),
            ConsoleSessions::new(admin, sessions),
            settings,
        )
    }

    /// The gateway over these parts.
    pub(crate) fn gateway(
        &self,
        config: &Config,
        upstreams: Upstreams,
        cache: Cache,
    ) -> Result<Gateway, Failure> {
        let settings = GatewaySettings {
            public_url: config.gateway.public_url.clone(),
            console: config.public_url.clone(),
            virtual_hosts: config.gateway.virtual_hosts.iter().cloned().collect(),
            tag_fresh_for: config.gateway.tag_fresh_for,
            organization_logins: organization_logins(config, &upstreams)?,
            opened_networks: config
                .opened_networks
                .iter()
                .map(|opened| OpenedNetwork {
                    network: opened.network,
                    organization: opened.organization.clone(),
                })
                .collect(),
        };
        Ok(Gateway::new(
            Arc::clone(&self.door),
            Arc::clone(&self.identity),
            upstreams,
            cache,
            settings,
        ))
    }
}

/// The time.
pub(crate) fn clock() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(Timestamp::now)
}

/// Opens the database that the configuration names.
pub(crate) async fn open_store(config: &Config) -> Result<Store, Failure> {
    make_private_folder(&config.data)?;
    let url = match &config.database {
        Some(url) => DatabaseUrl::parse(url)?,
        None => DatabaseUrl::sqlite(config.data.join("pullgate.db")),
    };
    Ok(Store::open(&url).await?)
}

/// Opens who people are.
pub(crate) async fn open_identity(config: &Config, store: Store) -> Result<Identity, Failure> {
    let mut settings = pullgate_identity::Settings::default();
    if let Some(lifetime) = config.identity.session_lifetime {
        settings.session_lifetime = lifetime;
    }
    if let Some(lifetime) = config.identity.refresh_lifetime {
        settings.refresh_lifetime = lifetime;
    }
    // In a box, for every command that does this would be as large.
    Box::pin(Identity::open(store, settings, clock()))
        .await
        .map_err(|error| Failure::new(format!("signing in cannot be set up: {error}")))
}

/// Opens what is known of categories.
pub(crate) async fn open_catalog(config: &Config, store: Store) -> Result<Catalog, Failure> {
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!(
            "the settings of [hub] and [catalog] cannot be used: {error}"
        ))
    };
    let settings = pullgate_catalog::Settings {
        fresh_for: config.catalog.fresh_for,
        usable_for: config.catalog.usable_for,
        ask_timeout: config.hub.ask_timeout,
        retry_after_failure: config.hub.retry_after,
        ..pullgate_catalog::Settings::default()
    };
    let hub = HubClient::new(&config.hub.url, &settings).map_err(|error| unusable(&error))?;
    Catalog::open(store, hub, settings, clock())
        .await
        .map_err(|error| unusable(&error))
}

/// Makes a folder that nobody else can look into, unless it is there.
fn make_private_folder(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| {
            Failure::new(format!(
                "cannot make the data folder {}: {error}",
                path.display()
            ))
            .hint("name a folder that can be written with --data or `data` in the configuration")
        })
}

/// The registries that are pulled from: Docker Hub, if nothing else is said.
pub(crate) fn upstream_entries(config: &Config) -> Vec<UpstreamConfig> {
    let mut entries = config.upstreams.clone();
    if entries.is_empty() {
        entries.push(UpstreamConfig::docker_hub());
    }
    entries
}

/// Opens the registries that are pulled from. Contacts none of them.
pub(crate) fn open_upstreams(config: &Config) -> Result<Upstreams, Failure> {
    let unusable = |error: pullgate_upstream::ConfigError| {
        Failure::usage(format!("this upstream cannot be used: {error}"))
    };
    let mut entries = upstream_entries(config);
    for entry in &mut entries {
        entry
            .read_files(|path| std::fs::read(path))
            .map_err(unusable)?;
    }
    Upstreams::new(&entries, &pullgate_upstream::Parts::system()).map_err(unusable)
}

fn organization_logins(
    config: &Config,
    upstreams: &Upstreams,
) -> Result<HashMap<(Registry, pullgate_policy::OrganizationName), Arc<Login>>, Failure> {
    let mut logins = HashMap::new();
    for account in &config.organization_accounts {
        let unusable = |reason: &dyn std::fmt::Display| {
            Failure::usage(format!(
                "the account of {} at {} cannot be used: {reason}",
                account.organization, account.registry
            ))
        };
        let registry = Registry::parse(&account.registry).map_err(|error| unusable(&error))?;
        if upstreams.get(&registry).is_none() {
            return Err(unusable(&"no upstream has that registry"));
        }
        let password = read_password(&account.password_file, |path| std::fs::read(path))
            .map_err(|error| unusable(&error))?;
        let id = format!("organization {}", account.organization);
        let login =
            Login::new(id, account.username.clone(), password).map_err(|error| unusable(&error))?;
        logins.insert((registry, account.organization.clone()), Arc::new(login));
    }
    Ok(logins)
}
