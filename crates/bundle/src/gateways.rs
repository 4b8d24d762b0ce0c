//! Images that are named by the gateway they come through.

use pullgate_policy::text;
use pullgate_reference::{NameError, Reference, Registry, Repository};
use serde::{Deserialize, Serialize};

/// How the gateway is named in images' names. An image that is named by it is
/// the upstream's that it stands for: `registry.acme.example/evil/miner` is
/// `docker.io/evil/miner`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateways {
    /// The gateway's own addresses.
    #[serde(with = "text::list")]
    pub addresses: Vec<Registry>,
    /// Hosts that stand for one upstream each.
    pub bound: Vec<BoundHost>,
}

/// A host of the gateway's that stands for an upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundHost {
    /// The host name, without a port.
    pub host: String,
    /// The registry that it stands for.
    #[serde(with = "text::one")]
    pub registry: Registry,
}

impl Gateways {
    /// The repository that a name means: the upstream's, if it goes through the
    /// gateway.
    ///
    /// Read as the gateway reads a path: a first component that is a registry
    /// by the reference grammar's rule names one, and Docker Hub is meant
    /// otherwise.
    pub fn repository(&self, reference: &Reference) -> Result<Repository, NameError> {
        let repository = reference.repository();
        let registry = repository.registry();
        if !self.addresses.contains(registry) {
            let host = without_port(registry.as_str());
            let bound = self.bound.iter().find(|bound| bound.host == host);
            return match bound {
                Some(bound) => Repository::new(&bound.registry, repository.path()),
                None => Ok(repository),
            };
        }
        Repository::by_path(repository.path())
    }
}

fn without_port(registry: &str) -> &str {
    match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => registry,
    }
}
