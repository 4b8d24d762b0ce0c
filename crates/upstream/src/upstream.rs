use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_reference::{Registry, Repository};
use reqwest::dns::Resolve;
use url::Url;

use crate::clients::Clients;
use crate::config::{ConfigError, UpstreamConfig};
use crate::credentials::{Credentials, Login};
use crate::error::UpstreamError;
use crate::grants::Grants;
use crate::origin::HostPort;
use crate::resolver::SystemNames;
use crate::seen::{LastSeen, Seen};

/// Tells the time. A parameter, so that tests can make tokens expire.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What an upstream needs from outside.
#[derive(Clone)]
pub struct Parts {
    /// Tells the time.
    pub clock: Clock,
    /// Resolves names. Which addresses may be connected to is checked on top of
    /// it.
    pub resolver: Arc<dyn Resolve>,
}

impl Parts {
    /// The system's clock and the system's resolver.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(Timestamp::now),
            resolver: Arc::new(SystemNames),
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// One configured registry. Holds its connections and its tokens; share it
/// through an `Arc`.
pub struct Upstream {
    pub(crate) registry: Registry,
    pub(crate) base: Url,
    pub(crate) realms: Vec<HostPort>,
    pub(crate) redirects: Vec<HostPort>,
    pub(crate) clients: Clients,
    pub(crate) grants: Grants,
    pub(crate) last_seen: LastSeen,
    site: Credentials,
    clock: Clock,
}

impl Upstream {
    /// Makes the client of one registry. Contacts nobody.
    pub fn new(config: &UpstreamConfig, parts: &Parts) -> Result<Self, ConfigError> {
        if config.password_file.is_some() {
            return Err(ConfigError::Unread("password_file"));
        }
        if config.ca_file.is_some() {
            return Err(ConfigError::Unread("ca_file"));
        }
        let registry = Registry::parse(&config.registry)
            .map_err(|error| ConfigError::Registry(error.to_string()))?;
        let base = base(config, &registry)?;
        let site = match (&config.username, &config.password) {
            (None, None) => Credentials::Anonymous,
            (Some(username), Some(password)) => {
                let login = Login::new("site", username.as_str(), password.clone())?;
                Credentials::Login(Arc::new(login))
            }
            _ => return Err(ConfigError::HalfALogin),
        };
        Ok(Self {
            clients: Clients::new(config, &base, parts)?,
            registry,
            base,
            realms: config.realms.clone(),
            redirects: config.redirects.clone(),
            grants: Grants::new(),
            last_seen: LastSeen::default(),
            site,
            clock: Arc::clone(&parts.clock),
        })
    }

    /// The registry that this is the client of.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What came of the last request to it; none before the first.
    pub fn seen(&self) -> Option<Seen> {
        self.last_seen.get()
    }

    /// The site's own credentials: the account in the configuration, or none.
    pub fn site_credentials(&self) -> &Credentials {
        &self.site
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The address of something in a repository. Refuses the repository of
    /// another registry: its credentials would be sent to this one.
    pub(crate) fn address(
        &self,
        repository: &Repository,
        rest: fmt::Arguments<'_>,
    ) -> Result<Url, UpstreamError> {
        if repository.registry_str() != self.registry.as_str() {
            return Err(UpstreamError::refused(format!(
                "{repository} is not in the registry {}",
                self.registry
            )));
        }
        let mut url = self.base.clone();
        let before = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{before}/v2/{}/{rest}", repository.path()));
        Ok(url)
    }
}

fn base(config: &UpstreamConfig, registry: &Registry) -> Result<Url, ConfigError> {
    if let Some(url) = &config.url {
        return Ok(url.url().clone());
    }
    let host = if registry.is_docker_hub() {
        "registry-1.docker.io"
    } else {
        registry.as_str()
    };
    Url::parse(&format!("https://{host}/"))
        .map_err(|_| ConfigError::Registry(format!("{host} is not a host")))
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("registry", &self.registry)
            .field("url", &self.base.as_str())
            .finish_non_exhaustive()
    }
}
