use std::collections::{HashMap, HashSet};

use crate::{NameError, Reading, Reference, Registry, Repository};

/// The hosts by which a gateway to several registries is reached.
///
/// Who pulls `registry.acme.example/evil/miner` through such a gateway gets
/// `docker.io/evil/miner`, and asks by the name that they typed what may be
/// pulled and why. [`read`](Self::read) takes such a name for what the gateway
/// serves by it; to [`Reference::parse`], the gateway is one more registry.
#[derive(Clone, Debug, Default)]
pub struct GatewayNames {
    own: HashSet<Registry>,
    bound: HashMap<String, Registry>,
}

impl GatewayNames {
    /// A gateway that is reached by these hosts, with their ports, and whose
    /// `bound` host names stand for one registry each, whatever the port.
    pub fn new(
        own: impl IntoIterator<Item = Registry>,
        bound: impl IntoIterator<Item = (String, Registry)>,
    ) -> Self {
        let bound = bound.into_iter();
        Self {
            own: own.into_iter().collect(),
            bound: bound
                .map(|(host, registry)| (hostname(&host), registry))
                .collect(),
        }
    }

    /// Reads a name as a person types it after `docker pull`, as
    /// [`Reference::parse`] does, but for the gateway's own hosts.
    pub fn read(&self, name: &str) -> Result<Reference, NameError> {
        let reading = Reading::parse(name)?;
        match self.served(&reading)? {
            Some(repository) => Ok(Reference::meaning(&reading, repository)),
            None => Reference::from_reading(&reading),
        }
    }

    /// Whether a name begins with a host of the gateway's.
    pub fn is_own(&self, reference: &Reference) -> bool {
        let host = reference.registry();
        let own = Registry::parse(host).is_ok_and(|registry| self.own.contains(&registry));
        own || self.bound.contains_key(&hostname(host))
    }

    /// What the gateway serves by that name; none if it is not the gateway's.
    fn served(&self, reading: &Reading<'_>) -> Result<Option<Repository>, NameError> {
        let Some(host) = reading.registry() else {
            return Ok(None);
        };
        if let Some(registry) = self.bound.get(&hostname(host)) {
            return Repository::new(registry, reading.path()).map(Some);
        }
        if self.own.contains(&Registry::parse(host)?) {
            return Repository::by_path(reading.path()).map(Some);
        }
        Ok(None)
    }
}

/// The name of a host as it is written in a `Host` header or before a
/// repository: lower case, without port and trailing dot.
pub fn hostname(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> GatewayNames {
        let own = ["registry.acme.example", "localhost:5000", "[::1]:5000"];
        let ghcr = Registry::parse("ghcr.io").unwrap();
        GatewayNames::new(
            own.map(|host| Registry::parse(host).unwrap()),
            [("GHCR.acme.example".to_owned(), ghcr)],
        )
    }

    #[test]
    fn a_name_that_begins_with_the_gateway_is_what_the_gateway_serves() {
        for (typed, means) in [
            ("registry.acme.example/evil/miner:1", "docker.io/evil/miner"),
            ("registry.acme.example/nginx", "docker.io/library/nginx"),
            ("Registry.Acme.Example:443/nginx", "docker.io/library/nginx"),
            (
                "registry.acme.example/docker.io/nginx",
                "docker.io/library/nginx",
            ),
            ("registry.acme.example/ghcr.io/org/app:2", "ghcr.io/org/app"),
            ("localhost:5000/evil/miner", "docker.io/evil/miner"),
            ("[::1]:5000/evil/miner", "docker.io/evil/miner"),
            ("ghcr.acme.example:5000/org/app", "ghcr.io/org/app"),
        ] {
            let reference = names().read(typed).unwrap();
            assert_eq!(reference.repository().as_str(), means, "{typed}");
            assert!(names().is_own(&reference), "{typed}");
        }
        let typed = "registry.acme.example/evil/miner:1";
        let reference = names().read(typed).unwrap();
        assert_eq!(reference.to_string(), typed, "it is shown as it was typed");
        assert_eq!(reference.tag().unwrap().as_str(), "1");
    }

    #[test]
    fn every_other_name_is_read_as_ever() {
        for typed in [
            "nginx",
            "evil/miner@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "ghcr.io/org/app",
            "localhost:5001/evil/miner",
            "registry.acme.example:5000/evil/miner",
            "registry.acme.example.evil.example/evil/miner",
            "evil.example/registry.acme.example/evil/miner",
        ] {
            let reference = names().read(typed).unwrap();
            assert_eq!(reference, Reference::parse(typed).unwrap(), "{typed}");
            assert!(!names().is_own(&reference), "{typed}");
        }
    }

    #[test]
    fn what_no_client_could_pull_is_no_name_at_the_gateway_either() {
        for typed in [
            "registry.acme.example/Evil/miner",
            "registry.acme.example/",
            "registry.acme.example/evil//miner",
            "registry.acme.example/../evil/miner",
            "registry.acme.example/ghcr.io:443/org/app",
            "registry.acme.example/evil%2fminer",
        ] {
            assert!(names().read(typed).is_err(), "{typed}");
        }
    }
}
