use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use crate::{Excerpt, NameError, grammar};

/// The one name of Docker Hub.
pub(crate) const DOCKER_HUB: &str = "docker.io";

static DOCKER_HUB_SHARED: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(DOCKER_HUB));

/// Hosts that are Docker Hub by another name, for the port 443.
const ALIASES: [&str; 6] = [
    "auth.docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.docker.io",
    "registry.hub.docker.com",
];

/// The most characters of a registry: a DNS name has at most 253, and a port
/// and an IPv6 address stay below.
const MAX_REGISTRY: usize = 255;

/// A registry by its one canonical name, `host` or `host:port`.
///
/// The name is lowercase, without a trailing dot and without `:443`, an IPv6
/// address is in its shortest form, and every alias of Docker Hub is
/// `docker.io`. An alias with another port is not one: it is a server of its
/// own.
///
/// A host without a dot, such as `builds`, keeps its port, also `:443`.
/// Without it, `builds/app` would be read back as `docker.io/builds/app`, and
/// two repositories would share one spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registry(Arc<str>);

impl Registry {
    /// Docker Hub, `docker.io`.
    pub fn docker_hub() -> Self {
        Self(Arc::clone(&DOCKER_HUB_SHARED))
    }

    /// Reads a host with or without a port, as in a configuration, a `Host`
    /// header or `?ns=`: any case, one trailing dot, any alias. A scheme, a
    /// path or a user is refused.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        grammar::check_characters(text)?;
        let undotted = without_root_dot(text);
        let (host, port) = grammar::split_host(undotted.as_deref().unwrap_or(text))
            .ok_or_else(|| NameError::Registry(Excerpt::of(text)))?;
        Self::canonical(host, port)
    }

    /// The canonical name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        &*self.0 == DOCKER_HUB
    }

    fn canonical(host: &str, port: Option<&str>) -> Result<Self, NameError> {
        let host = canonical_host(host);
        let port = port.map(canonical_port).filter(|port| *port != "443");
        if port.is_none() && (host == DOCKER_HUB || ALIASES.contains(&host.as_str())) {
            return Ok(Self::docker_hub());
        }
        let name = match port {
            Some(port) => format!("{host}:{port}"),
            None if grammar::is_meant_as_registry(&host) => host,
            None => format!("{host}:443"),
        };
        if name.len() > MAX_REGISTRY {
            return Err(NameError::TooLong {
                part: "registry",
                length: name.len(),
                limit: MAX_REGISTRY,
            });
        }
        Ok(Self(Arc::from(name)))
    }
}

impl FromStr for Registry {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text without the dot that ends a fully qualified host (`docker.io.:443`);
/// `None` if there is none.
fn without_root_dot(text: &str) -> Option<String> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let host = host.strip_suffix('.')?;
    Some(match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

fn canonical_host(host: &str) -> String {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .and_then(|address| address.parse::<Ipv6Addr>().ok());
    match address {
        // The short form of these holds dots, which the grammar refuses.
        Some(address) if address.to_ipv4_mapped().is_some() => {
            let [.., high, low] = address.segments();
            format!("[::ffff:{high:x}:{low:x}]")
        }
        Some(address) => format!("[{address}]"),
        None => host.to_ascii_lowercase(),
    }
}

/// Clients read a port as a decimal number, so `0443` is 443.
fn canonical_port(port: &str) -> &str {
    let digits = port.trim_start_matches('0');
    if digits.is_empty() { "0" } else { digits }
}
