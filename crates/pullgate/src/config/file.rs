//! The configuration file.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use pullgate_control::RateLimit;
use pullgate_reference::Registry;
use pullgate_upstream::UpstreamConfig;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::duration;
use super::{
    ConsoleConfig, DecisionsConfig, IdentityConfig, OpenedNetworkConfig, OrganizationAccount,
    TlsConfig,
};
use crate::failure::Failure;

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The folder with everything that Pullgate keeps: the database unless
    /// another is given, the cache, the spool.
    pub(crate) data: PathBuf,
    /// `postgres://…` to keep state in PostgreSQL. Default: `SQLite`, in the
    /// data folder.
    pub(crate) database: Option<String>,
    /// The address of the console as people reach it, without a trailing
    /// slash. It stands in every denial, as the place to request access.
    #[serde(deserialize_with = "url")]
    pub(crate) public_url: Option<String>,
    /// What container clients talk to.
    pub(crate) gateway: GatewayConfig,
    /// The API for people and tools.
    pub(crate) control: ControlConfig,
    /// The pages for people.
    pub(crate) console: ConsoleConfig,
    /// Health and metrics.
    pub(crate) operations: OperationsConfig,
    /// Docker Hub's API, which says who is a verified publisher.
    pub(crate) hub: HubConfig,
    /// What is learnt from it.
    pub(crate) catalog: CatalogConfig,
    /// The log of decisions.
    pub(crate) decisions: DecisionsConfig,
    /// Signing in.
    pub(crate) identity: IdentityConfig,
    /// The registries that are pulled from. Default: Docker Hub alone.
    ///
    /// What the site's own account at one of them can read is served to
    /// everybody whom their policy allows it, so give it no private
    /// repositories.
    pub(crate) upstreams: Vec<UpstreamConfig>,
    /// Accounts of organizations at those registries, for their private
    /// repositories.
    pub(crate) organization_accounts: Vec<OrganizationAccount>,
    /// Proxies in front of this server, by their networks: what they say of
    /// their clients, in `X-Forwarded-For` and `X-Forwarded-Proto`, is
    /// believed. Default: none.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Networks from which people pull without signing in. Default: none.
    pub(crate) opened_networks: Vec<OpenedNetworkConfig>,
    /// How long the last known policy decides while the database is away;
    /// then everything is denied.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) hold_policy: Duration,
    /// How long the server goes on letting clients in after it was told to
    /// end, while `/readyz` says that it leaves. Default: not at all.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) drain_delay: Duration,
    /// How long running requests may take to end after that; then they are
    /// cut.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) drain_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("/var/lib/pullgate"),
            database: None,
            public_url: None,
            gateway: GatewayConfig::default(),
            control: ControlConfig::default(),
            console: ConsoleConfig::default(),
            operations: OperationsConfig::default(),
            hub: HubConfig::default(),
            catalog: CatalogConfig::default(),
            decisions: DecisionsConfig::default(),
            identity: IdentityConfig::default(),
            upstreams: Vec::new(),
            organization_accounts: Vec::new(),
            trusted_proxies: Vec::new(),
            opened_networks: Vec::new(),
            hold_policy: Duration::from_mins(15),
            drain_delay: Duration::ZERO,
            drain_timeout: Duration::from_mins(2),
        }
    }
}

/// What container clients talk to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GatewayConfig {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Its address as clients reach it, for the address of the token service.
    /// Default: the host that each request names.
    #[serde(deserialize_with = "url")]
    pub(crate) public_url: Option<String>,
    /// Encrypts the listener.
    pub(crate) tls: Option<TlsConfig>,
    /// Host names that stand for one upstream each, as
    /// `"registry-1.docker.io" = "docker.io"`.
    #[serde(deserialize_with = "virtual_hosts")]
    pub(crate) virtual_hosts: Vec<(String, Registry)>,
    /// How long a tag is believed before its registry is asked again.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) tag_fresh_for: Duration,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 5000)),
            public_url: None,
            tls: None,
            virtual_hosts: Vec::new(),
            tag_fresh_for: Duration::from_mins(1),
        }
    }
}

/// The API for people and tools.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ControlConfig {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Encrypts the listener.
    pub(crate) tls: Option<TlsConfig>,
    /// How many requests one person, or one address that has not signed in,
    /// may make in a minute.
    pub(crate) requests_per_minute: NonZeroU32,
}

impl Default for ControlConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            tls: None,
            requests_per_minute: RateLimit::default().per_minute,
        }
    }
}

/// Health and metrics. Meant for this machine alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OperationsConfig {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
}

impl Default for OperationsConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9090)),
        }
    }
}

/// Docker Hub's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HubConfig {
    /// Its base address.
    pub(crate) url: String,
    /// How long it may take to answer; a pull of an image never seen before
    /// waits for it.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) ask_timeout: Duration,
    /// After how long it is asked again about a namespace when it could not
    /// answer.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) retry_after: Duration,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            url: "https://hub.docker.com".to_owned(),
            ask_timeout: Duration::from_secs(3),
            retry_after: Duration::from_secs(15),
        }
    }
}

/// What is learnt from Docker Hub.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CatalogConfig {
    /// After how long a category is asked again.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) fresh_for: Duration,
    /// How long a category is used while Docker Hub cannot be asked.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) usable_for: Duration,
}

impl Default for CatalogConfig {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            fresh_for: Duration::from_secs(DAY),
            usable_for: Duration::from_secs(7 * DAY),
        }
    }
}

/// Reads a configuration file.
pub(crate) fn read(path: &Path) -> Result<Config, Failure> {
    let hint = "name the configuration file with --config or PULLGATE_CONFIG";
    read_toml(path, hint)
}

/// Reads a file of settings; the hint is for where there is none.
pub(crate) fn read_toml<T: DeserializeOwned>(path: &Path, hint: &str) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read {}: {error}", path.display())).hint(hint)
    })?;
    toml::from_str(&text).map_err(|error| invalid(path, &text, &error))
}

/// What is wrong, and where. The line itself is not repeated: it may hold a
/// password. Its setting's name is, for that is what people look for.
fn invalid(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map_or_else(String::new, |before| {
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
        let setting = setting(before).map_or_else(String::new, |name| format!(" ({name})"));
        format!(", line {line}, column {column}{setting}")
    });
    Failure::usage(format!(
        "{}{place} is not valid: {}",
        path.display(),
        error.message().trim_end()
    ))
}

/// The name of the setting whose value comes next.
fn setting(before: &str) -> Option<&str> {
    let named = before.trim_end().strip_suffix('=')?.trim_end();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let begin = named.trim_end_matches(plain).len();
    named.get(begin..).filter(|name| !name.is_empty())
}

/// An address of a server, to which paths are appended.
fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let trimmed = text.trim_end_matches('/');
    let parsed = url::Url::parse(trimmed)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none());
    let plain = trimmed
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if parsed.is_none() || !plain {
        return Err(D::Error::custom(format!(
            "{text:?} is not an address such as https://pullgate.acme.example"
        )));
    }
    Ok(Some(trimmed.to_owned()))
}

fn virtual_hosts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Registry)>, D::Error> {
    std::collections::BTreeMap::<String, String>::deserialize(deserializer)?
        .into_iter()
        .map(|(host, registry)| {
            let registry = Registry::parse(&registry).map_err(D::Error::custom)?;
            Ok((host.trim_end_matches('.').to_ascii_lowercase(), registry))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_is_a_configuration() {
        let config = parse("").unwrap();
        assert_eq!(config.gateway.listen.port(), 5000);
        assert_eq!(config.control.listen.port(), 8080);
        assert!(config.operations.listen.ip().is_loopback());
    }

    #[test]
    fn every_part_is_read() {
        let config = parse(
            r#"
            data = "/srv/pullgate"
            public_url = "https://pullgate.acme.example/"
            hold_policy = "5m"
            drain_delay = "10s"
            drain_timeout = "5m"
            [gateway]
            listen = "127.0.0.1:0"
            tag_fresh_for = "10s"
            virtual_hosts = { "Registry-1.docker.io." = "docker.io" }
            tls = { certificate = "a.pem", key = "a.key" }
            [hub]
            url = "http://127.0.0.1:1"
            [identity]
            session_lifetime = "8h"
            [[upstreams]]
            registry = "docker.io"
            url = "http://127.0.0.1:2"
            [[organization_accounts]]
            organization = "acme"
            registry = "docker.io"
            username = "robot"
            password_file = "robot.txt"
            [[opened_networks]]
            network = "10.0.0.0/8"
            organization = "acme"
            "#,
        )
        .unwrap();
        assert_eq!(
            config.public_url.as_deref(),
            Some("https://pullgate.acme.example")
        );
        assert_eq!(config.gateway.virtual_hosts[0].0, "registry-1.docker.io");
        assert_eq!(config.organization_accounts.len(), 1);
        assert_eq!(config.hold_policy, Duration::from_mins(5));
        assert_eq!(config.drain_delay, Duration::from_secs(10));
        assert_eq!(config.drain_timeout, Duration::from_mins(5));
    }

    #[test]
    fn the_file_in_the_documentation_is_read() {
        let page = include_str!("../../../../docs/configuration.md");
        let (_, from) = page.split_once("```toml\n").unwrap();
        let (file, _) = from.split_once("```").unwrap();
        let config = parse(file).unwrap();
        assert_eq!(config.upstreams.len(), 2);
        assert_eq!(config.organization_accounts.len(), 1);
    }

    #[test]
    fn a_setting_is_named_and_nothing_that_stands_beside_it() {
        assert_eq!(setting("data = 'x'\nlisten = "), Some("listen"));
        assert_eq!(
            setting("tls = { key = 'sword=fish', certificate="),
            Some("certificate")
        );
        for none in ["", "password = 'sword", "password = 'a', ", "'quoted' = "] {
            assert_eq!(setting(none), None, "{none}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused_and_named() {
        for (text, named) in [
            ("datta = '/x'", "datta"),
            ("[gateway]\nport = 1", "port"),
            (
                "[[upstreams]]\nregistry='quay.io'\ntls_verify=false",
                "tls_verify",
            ),
            ("public_url = 'pullgate'", "pullgate"),
            ("hold_policy = '5'", "5"),
            (
                "[[opened_networks]]\nnetwork='10.0.0.0/33'\norganization='acme'",
                "network",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
