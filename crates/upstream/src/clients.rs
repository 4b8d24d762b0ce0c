use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use url::Url;

use crate::config::{ConfigError, ProxySetting, UpstreamConfig};
use crate::resolver::PublicNames;
use crate::upstream::Parts;

/// Two HTTP clients with pools of their own, so that a connection made for one
/// kind of host is never used for the other.
pub(crate) struct Clients {
    /// For hosts that the configuration names; their address may be private.
    pub(crate) trusted: Client,
    /// For hosts that only an answer names; public addresses alone.
    pub(crate) guarded: Client,
    /// The outgoing proxies' own names, which no answer may lead to.
    pub(crate) proxies: Vec<String>,
}

impl Clients {
    pub(crate) fn new(
        config: &UpstreamConfig,
        base: &Url,
        parts: &Parts,
    ) -> Result<Self, ConfigError> {
        let certificates = match &config.ca {
            Some(pem) => certificates(pem)?,
            None => Vec::new(),
        };
        let proxies = match config.proxy {
            ProxySetting::System => proxy_names(|name| std::env::var(name).ok()),
            ProxySetting::None => Vec::new(),
        };
        let failed = |error: reqwest::Error| ConfigError::Client(error.without_url().to_string());
        let trusted = builder(config, base, &certificates)
            .dns_resolver(parts.resolver.clone())
            .build()
            .map_err(failed)?;
        let guarded = builder(config, base, &certificates)
            .dns_resolver(PublicNames::new(parts.resolver.clone(), proxies.clone()))
            .build()
            .map_err(failed)?;
        Ok(Self {
            trusted,
            guarded,
            proxies,
        })
    }
}

fn builder(config: &UpstreamConfig, base: &Url, certificates: &[Certificate]) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(concat!("pullgate/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .http1_only()
        .https_only(base.scheme() == "https")
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.read_timeout)
        .tls_certs_merge(certificates.iter().cloned());
    match config.proxy {
        ProxySetting::System => builder,
        ProxySetting::None => builder.no_proxy(),
    }
}

fn certificates(pem: &str) -> Result<Vec<Certificate>, ConfigError> {
    match Certificate::from_pem_bundle(pem.as_bytes()) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(ConfigError::Ca),
    }
}

/// The host names of the proxies that the environment sets.
fn proxy_names(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .iter()
        .flat_map(|name| [variable(name), variable(&name.to_ascii_lowercase())])
        .flatten()
        .filter_map(|text| {
            let with_scheme = if text.contains("://") {
                text
            } else {
                format!("http://{text}")
            };
            Some(Url::parse(&with_scheme).ok()?.host_str()?.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxies_names_are_read_with_and_without_a_scheme() {
        let names = proxy_names(|name| match name {
            "HTTPS_PROXY" => Some("http://robot:x@proxy.acme.example:3128".to_owned()),
            "http_proxy" => Some("inner.acme.example:8080".to_owned()),
            _ => None,
        });
        assert_eq!(names, ["proxy.acme.example", "inner.acme.example"]);
    }
}
