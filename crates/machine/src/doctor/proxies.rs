//! The proxies by which dockerd goes to registries: whether they leave it a
//! way.

use std::collections::BTreeMap;

use super::check::Machine;
use super::engine::{Told, told};
use super::gateway::authority;

/// A proxy on the discard port is there to close the way.
const NOWHERE: [&str; 3] = ["127.0.0.1:9", "localhost:9", "[::1]:9"];

/// dockerd's proxies, each with where it stands. Its configuration counts
/// before its environment, each of them for itself (moby's
/// `configureProxyEnv`).
#[derive(Debug, Default)]
pub(super) struct Proxies {
    /// For connections without encryption.
    pub(super) http: Option<Told>,
    /// For encrypted connections.
    pub(super) https: Option<Told>,
    /// For what none is used.
    pub(super) none: Option<Told>,
}

/// What leaves dockerd a way to registries, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) place: String,
    pub(super) why: String,
    pub(super) mend: Option<String>,
}

impl Proxies {
    /// What the environment says where nothing else has; as Go reads it, a
    /// name in capitals before the other.
    pub(super) fn fill_from(&mut self, environment: &BTreeMap<String, (String, String)>) {
        for (name, proxy) in [
            ("HTTP_PROXY", &mut self.http),
            ("HTTPS_PROXY", &mut self.https),
            ("NO_PROXY", &mut self.none),
        ] {
            if proxy.is_some() {
                continue;
            }
            let other = name.to_ascii_lowercase();
            let names = [name, other.as_str()].into_iter();
            let mut set = names.filter_map(|name| environment.get(name));
            let first = set.find(|(value, _)| !value.is_empty());
            *proxy = first.map(|(value, place)| told(value, place));
        }
    }

    /// A way that they leave to registries besides the gateway; `insecure` are
    /// those that are asked without encryption.
    pub(super) fn way(&self, machine: &Machine<'_>, insecure: &[Told]) -> Option<Way> {
        let mut needed = vec![&self.https];
        let other = |told: &&Told| !machine.is_gateway(&told.value) && !is_loopback(&told.value);
        if insecure.iter().any(|told| other(&told)) {
            needed.push(&self.http);
        }
        for proxy in needed {
            let Some(proxy) = proxy else {
                return Some(Way {
                    place: "dockerd".to_owned(),
                    why: "dockerd goes to registries by itself for every image that is not named \
                          by the gateway: docker pull nginx asks Docker Hub."
                        .to_owned(),
                    mend: None,
                });
            };
            let address = authority(&proxy.value);
            if !NOWHERE.contains(&address) {
                // What stands before the host may be a password.
                let host = address.rsplit('@').next().unwrap_or_default();
                return Some(Way {
                    place: proxy.place.clone(),
                    why: format!(
                        "dockerd goes to registries by the proxy {host}, which counts before any \
                         that is not there."
                    ),
                    mend: Some(format!("Take it out of {}.", proxy.place)),
                });
            }
        }
        let none = self.none.as_ref()?;
        let beyond = none.value.split(',').map(str::trim);
        let beyond = beyond.filter(|entry| !entry.is_empty());
        let entry = beyond.into_iter().find(|entry| leaves(machine, entry))?;
        Some(Way {
            place: none.place.clone(),
            why: format!(
                "dockerd has a proxy that is not there, and need not use it: NO_PROXY names \
                 {entry}, so that registries there are reached."
            ),
            mend: Some(format!("Name nothing but the gateway in {}.", none.place)),
        })
    }
}

/// Whether an entry of `NO_PROXY` leaves a way to others than the gateway.
/// Addresses of the machine's own never go by a proxy.
fn leaves(machine: &Machine<'_>, entry: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    if is_loopback(&entry) {
        return false;
    }
    if let Some(gateway) = &machine.gateway {
        return host(gateway.address()) != host(&entry);
    }
    // Which is the gateway is not known: Docker Hub is not.
    let domain = entry.trim_start_matches('*').trim_start_matches('.');
    let above = "registry-1.docker.io".strip_suffix(domain);
    let is_above = above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    domain.is_empty() || entry.contains('/') || is_above
}

/// A host without its port, and without an address's brackets.
fn host(address: &str) -> &str {
    let host = match address.rsplit_once(':') {
        // Not the last part of an address of many colons.
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (host.ends_with(']') || !host.contains(':')) =>
        {
            host
        }
        _ => address,
    };
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(address: &str) -> bool {
    let address = address.trim_end_matches("/8").trim_end_matches("/128");
    let host = host(authority(address));
    let is_own = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    is_own || host == "localhost"
}
