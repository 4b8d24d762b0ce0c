//! Which repository a request names.
//!
//! There are three ways to name the registry: `?ns=` (containerd and BuildKit
//! send it to a mirror), a host name that the configuration binds to an
//! upstream, and the first component of the path. What remains of the path is
//! read strictly by `pullgate-reference`; nothing is repaired.

use std::collections::HashMap;

use pullgate_reference::{NameError, Registry, Repository, hostname};

use crate::query::{Query, Repeated};

/// A request that names no repository.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NamingError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// `ns` was given more than once.
    #[error(transparent)]
    Repeated(#[from] Repeated),
    /// Two ways to name the registry disagree.
    #[error("the host stands for {host} and ns= names {ns}; use one of them")]
    Disagree {
        /// What the host name is bound to.
        host: Registry,
        /// What `ns` says.
        ns: Registry,
    },
}

/// Reads which repository is meant.
pub(crate) fn repository(
    name: &str,
    query: Query<'_>,
    host: Option<&str>,
    virtual_hosts: &HashMap<String, Registry>,
) -> Result<Repository, NamingError> {
    let bound = host.and_then(|host| virtual_hosts.get(&hostname(host)));
    let named = query
        .once("ns")?
        .map(|ns| Registry::parse(&ns))
        .transpose()?;
    let registry = match (bound, named) {
        (Some(host), Some(ns)) if *host != ns => {
            return Err(NamingError::Disagree {
                host: host.clone(),
                ns,
            });
        }
        (_, Some(ns)) => ns,
        (Some(host), None) => host.clone(),
        // `library/nginx` and `nginx` are Docker Hub's.
        (None, None) => return Ok(Repository::by_path(name)?),
    };
    Ok(Repository::new(&registry, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, query: &str, host: Option<&str>) -> Result<String, String> {
        let bound = HashMap::from([
            ("registry-1.docker.io".to_owned(), Registry::docker_hub()),
            (
                "ghcr.acme.example".to_owned(),
                Registry::parse("ghcr.io").unwrap(),
            ),
        ]);
        repository(name, Query::new(query), host, &bound)
            .map(|repository| repository.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_registry_is_named_by_path_by_ns_or_by_host() {
        let named = |name, query, host| read(name, query, host).unwrap();
        assert_eq!(named("nginx", "", None), "docker.io/library/nginx");
        assert_eq!(named("evil/miner", "", None), "docker.io/evil/miner");
        assert_eq!(
            named("docker.io/nginx", "", None),
            "docker.io/library/nginx"
        );
        assert_eq!(named("ghcr.io/org/app", "", None), "ghcr.io/org/app");
        assert_eq!(named("localhost/app", "", None), "localhost/app");
        assert_eq!(named("org/app", "ns=ghcr.io", None), "ghcr.io/org/app");
        assert_eq!(
            named("org/app", "", Some("GHCR.acme.example.:5000")),
            "ghcr.io/org/app"
        );
        assert_eq!(
            named(
                "library/nginx",
                "ns=docker.io",
                Some("registry-1.docker.io")
            ),
            "docker.io/library/nginx"
        );
    }

    #[test]
    fn look_alike_names() {
        for alias in [
            "index.docker.io",
            "registry-1.docker.io",
            "REGISTRY.HUB.DOCKER.COM",
            "hub.docker.com:443",
            "docker.io.",
        ] {
            assert_eq!(
                read("evil/miner", &format!("ns={alias}"), None).unwrap(),
                "docker.io/evil/miner",
                "{alias}"
            );
        }
        for (name, query) in [
            ("library%2fnginx", ""),
            ("library//nginx", ""),
            ("library/../evil/miner", ""),
            ("./nginx", ""),
            ("Library/nginx", ""),
            ("", ""),
            ("nginx", "ns=docker.io&ns=ghcr.io"),
            ("nginx", "ns="),
            ("nginx", "ns=docker.io/evil"),
            ("nginx", "ns=d%6Fcker.io%2Fx"),
            ("ngin\u{0445}", ""),
        ] {
            assert!(read(name, query, None).is_err(), "{name}?{query}");
        }
    }

    #[test]
    fn a_host_and_an_ns_that_disagree_are_refused() {
        assert!(read("org/app", "ns=docker.io", Some("ghcr.acme.example")).is_err());
    }
}
