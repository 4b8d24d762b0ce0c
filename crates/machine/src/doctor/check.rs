use std::io;

use super::finding::Finding;
use super::gateway::Gateway;
use crate::owner::Owner;
use crate::people::People;
use crate::root::Root;

/// What every check looks at.
pub(super) struct Machine<'r> {
    pub(super) root: &'r Root,
    pub(super) owner: Owner,
    pub(super) people: People,
    pub(super) gateway: Option<Gateway>,
}

/// What a check gives.
pub(super) type Findings = io::Result<Vec<Finding>>;

impl Machine<'_> {
    /// Whether one of these is there.
    pub(super) fn has_any(&self, paths: &[&str]) -> io::Result<bool> {
        for path in paths {
            if self.root.seen(path)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an address is the gateway's. Where no gateway is known, an
    /// address that is not one of Docker Hub's is taken to be it.
    pub(super) fn is_gateway(&self, address: &str) -> bool {
        match &self.gateway {
            Some(gateway) => gateway.is_at(address),
            None => !is_docker_hub(address),
        }
    }

    /// The gateway's name, for a sentence.
    pub(super) fn gateway_name(&self) -> &str {
        match &self.gateway {
            Some(gateway) => gateway.address(),
            None => "GATEWAY",
        }
    }
}

/// Whether an address is one of Docker Hub's registry.
fn is_docker_hub(address: &str) -> bool {
    const HOSTS: [&str; 5] = [
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "registry.hub.docker.com",
        "hub.docker.com",
    ];
    let host = super::gateway::authority(address);
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    HOSTS.contains(&host.as_str())
}
