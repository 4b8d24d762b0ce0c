use std::io;

use pullgate_reference::{Registry, hostname};

use super::finding::Finding;
use super::gateway::{Gateway, authority};
use super::running::Running;
use crate::owner::Owner;
use crate::people::People;
use crate::root::Root;

/// What every check looks at.
pub(super) struct Machine<'r> {
    pub(super) root: &'r Root,
    pub(super) owner: Owner,
    pub(super) people: People,
    pub(super) gateway: Option<Gateway>,
    /// What was heard, if it runs.
    pub(super) running: Option<&'r Running>,
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

/// Whether an address is one of Docker Hub's registry, whatever the port.
fn is_docker_hub(address: &str) -> bool {
    let registry = Registry::parse(&hostname(authority(address)));
    registry.is_ok_and(|registry| registry.is_docker_hub())
}
