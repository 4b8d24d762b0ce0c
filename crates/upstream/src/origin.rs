use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::{Host, Url};

/// A host that the configuration lists, as `host` or `host:port`. Without a
/// port it means the port that the scheme has by default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HostPort {
    host: Host<String>,
    port: Option<u16>,
}

impl HostPort {
    /// Whether `url` leads to this host and port. Names are compared as parsed
    /// hosts, never as the start or end of a text.
    pub fn matches(&self, url: &Url) -> bool {
        let Some(host) = host_of(url) else {
            return false;
        };
        let port = match self.port {
            Some(port) => Some(port),
            None => default_port(url.scheme()),
        };
        host == self.host && port.is_some() && url.port_or_known_default() == port
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, HostPortError> {
        let wrong = || HostPortError(text.chars().filter(|c| !c.is_control()).take(100).collect());
        if text.is_empty() || text.contains(|c: char| "/\\@?#%*".contains(c) || c.is_whitespace()) {
            return Err(wrong());
        }
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| wrong())?;
        let host = host_of(&url).ok_or_else(wrong)?;
        Ok(Self {
            host,
            port: url.port(),
        })
    }
}

/// An entry that is no `host` or `host:port`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a host or host:port, such as auth.example.com or auth.example.com:8443")]
pub struct HostPortError(String);

impl TryFrom<String> for HostPort {
    type Error = HostPortError;

    fn try_from(text: String) -> Result<Self, HostPortError> {
        text.parse()
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => write!(f, "{}", self.host),
        }
    }
}

/// The host of an address, without the dot that a full name may end with.
pub(crate) fn host_of(url: &Url) -> Option<Host<String>> {
    match url.host()? {
        Host::Domain(name) => Some(Host::Domain(
            name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase(),
        )),
        Host::Ipv4(address) => Some(Host::Ipv4(address)),
        Host::Ipv6(address) => Some(Host::Ipv6(address)),
    }
}

pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// The part of an address that may be shown to people: scheme, host and port.
/// User, path and query can each hold a secret.
pub(crate) fn shown(url: &Url) -> String {
    match (url.host(), url.port()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
        (Some(host), None) => format!("{}://{host}", url.scheme()),
        (None, _) => format!("an address with the scheme {}", url.scheme()),
    }
}

/// The entry that would list this address in the configuration.
pub(crate) fn entry_for(url: &Url) -> String {
    match (url.host(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_string(),
        (None, _) => String::new(),
    }
}
