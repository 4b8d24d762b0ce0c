use std::collections::{BTreeMap, BTreeSet};

use crate::{NameError, Pattern, Reading, Reference, Registry, Repository, grammar};

/// The hosts by which a gateway to several registries is reached.
///
/// Who pulls `registry.acme.example/evil/miner` through such a gateway gets
/// `docker.io/evil/miner`, and asks by the name that they typed what may be
/// pulled and why. [`read`](Self::read) takes such a name for what the gateway
/// serves by it; to [`Reference::parse`], the gateway is one more registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayNames {
    own: BTreeSet<Registry>,
    here: BTreeSet<Registry>,
    bound: BTreeMap<String, Registry>,
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
            here: BTreeSet::new(),
            bound: bound
                .map(|(host, registry)| (hostname(&host), registry))
                .collect(),
        }
    }

    /// The same gateway, reached on its own machine by these hosts, too: they
    /// mean something else [`elsewhere`](Self::elsewhere).
    #[must_use]
    pub fn and_here(mut self, hosts: impl IntoIterator<Item = Registry>) -> Self {
        self.here.extend(hosts);
        self
    }

    /// The hosts by which it is reached from every machine.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self {
            here: BTreeSet::new(),
            ..self.clone()
        }
    }

    /// The hosts by which it is reached from every machine, with their ports.
    pub fn own(&self) -> impl Iterator<Item = &Registry> {
        self.own.iter()
    }

    /// The host names that stand for one registry each.
    pub fn bound(&self) -> impl Iterator<Item = (&str, &Registry)> {
        let bound = self.bound.iter();
        bound.map(|(host, registry)| (host.as_str(), registry))
    }

    /// Reads a name as a person types it after `docker pull`, as
    /// [`Reference::parse`] does, but for the gateway's own hosts.
    pub fn read(&self, name: &str) -> Result<Reference, NameError> {
        let reading = Reading::parse(name)?;
        let reference = Reference::from_reading(&reading)?;
        let repository = self.repository(&reference)?;
        Ok(Reference::meaning(&reading, repository))
    }

    /// The repository that a name means: what the gateway serves by it if it
    /// begins with a host of the gateway's.
    ///
    /// A host name that stands for one registry comes first, as it does where
    /// the gateway is asked.
    pub fn repository(&self, reference: &Reference) -> Result<Repository, NameError> {
        self.served(reference, |host| self.has(host))
    }

    /// The repository that a name means on another machine, where the hosts of
    /// [`and_here`](Self::and_here) are something else.
    pub fn repository_elsewhere(&self, reference: &Reference) -> Result<Repository, NameError> {
        self.served(reference, |host| self.own.contains(host))
    }

    fn served(
        &self,
        reference: &Reference,
        is_own: impl FnOnce(&Registry) -> bool,
    ) -> Result<Repository, NameError> {
        let named = reference.repository();
        let host = named.registry();
        if let Some(registry) = self.bound.get(&hostname(host.as_str())) {
            return Repository::new(registry, named.path());
        }
        if is_own(host) {
            return Repository::by_path(named.path());
        }
        Ok(named)
    }

    fn has(&self, host: &Registry) -> bool {
        self.own.contains(host) || self.here.contains(host)
    }

    /// What to write for a pattern that begins with a host of the gateway's:
    /// what the gateway serves by such names. None for every other pattern, and
    /// where nothing could be written for it.
    pub fn pattern(&self, pattern: &Pattern) -> Option<Pattern> {
        let host = pattern.registry();
        let below = pattern.as_str().strip_prefix(host.as_str())?;
        if let Some(registry) = self.bound.get(&hostname(host.as_str())) {
            return Pattern::parse(&format!("{registry}{below}")).ok();
        }
        if !self.own.contains(host) {
            return None;
        }
        let below = below.trim_start_matches('/');
        let names_registry = below
            .split_once('/')
            .is_some_and(|(first, _)| grammar::names_registry(first));
        if names_registry {
            Pattern::parse(below).ok()
        } else {
            Pattern::parse(&format!("{}/{below}", Registry::docker_hub())).ok()
        }
    }

    /// Whether a name begins with a host of the gateway's.
    pub fn is_own(&self, reference: &Reference) -> bool {
        let host = reference.registry();
        let own = Registry::parse(host).is_ok_and(|registry| self.has(&registry));
        own || self.bound.contains_key(&hostname(host))
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
    fn a_bound_host_stands_for_its_registry_even_if_it_is_an_own_one() {
        let names = GatewayNames::new(
            [Registry::parse("ghcr.acme.example").unwrap()],
            [(
                "ghcr.acme.example".to_owned(),
                Registry::parse("ghcr.io").unwrap(),
            )],
        );
        let reference = names.read("ghcr.acme.example/org/app").unwrap();
        assert_eq!(reference.repository().as_str(), "ghcr.io/org/app");
    }

    #[test]
    fn what_is_here_is_something_else_elsewhere() {
        let here = ["localhost:5000", "127.0.0.1:5000"];
        let names = names().and_here(here.map(|host| Registry::parse(host).unwrap()));
        let typed = "127.0.0.1:5000/evil/miner";
        let meant = |names: &GatewayNames| names.read(typed).unwrap().repository().to_string();
        assert_eq!(meant(&names), "docker.io/evil/miner");
        assert_eq!(meant(&names.elsewhere()), typed);
        let reference = Reference::parse(typed).unwrap();
        let elsewhere = names.repository_elsewhere(&reference).unwrap();
        assert_eq!(elsewhere.as_str(), typed);
        assert_eq!(names.elsewhere(), super::tests::names());
    }

    #[test]
    fn a_pattern_that_begins_with_the_gateway_is_what_the_gateway_serves() {
        for (typed, means) in [
            ("registry.acme.example/evil/miner", "docker.io/evil/miner"),
            ("registry.acme.example/nginx", "docker.io/library/nginx"),
            ("registry.acme.example/bitnami/*", "docker.io/bitnami/*"),
            ("registry.acme.example/**", "docker.io/**"),
            ("registry.acme.example/ghcr.io/org/**", "ghcr.io/org/**"),
            ("ghcr.acme.example/org/app", "ghcr.io/org/app"),
            ("ghcr.acme.example:5000/**", "ghcr.io/**"),
        ] {
            let pattern = Pattern::parse(typed).unwrap();
            let means = Pattern::parse(means).unwrap();
            assert_eq!(names().pattern(&pattern), Some(means), "{typed}");
        }
        for other in [
            "nginx",
            "bitnami/*",
            "ghcr.io/**",
            "registry.acme.example:5000/**",
            "registry.acme.example.evil.example/**",
        ] {
            let pattern = Pattern::parse(other).unwrap();
            assert_eq!(names().pattern(&pattern), None, "{other}");
        }
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
