//! How the gateway is set up.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use pullgate_policy::OrganizationName;
use pullgate_reference::Registry;
use pullgate_upstream::Login;

/// How the gateway is set up.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// The gateway's own address as clients see it (`https://host[:port]`),
    /// for the address of the token service. None: as each request names it.
    pub public_url: Option<String>,
    /// Where access can be requested, without a trailing slash. It stands in
    /// every denial.
    pub console: Option<String>,
    /// Host names that stand for one upstream, as a request's `Host` has them,
    /// in lower case and without a port.
    pub virtual_hosts: HashMap<String, Registry>,
    /// How long a tag is believed before its upstream is asked again.
    pub tag_fresh_for: Duration,
    /// An organization's credentials at an upstream: for its members and its
    /// namespaces alone.
    pub organization_logins: HashMap<(Registry, OrganizationName), Arc<Login>>,
    /// Networks from which people pull without signing in.
    pub opened_networks: Vec<OpenedNetwork>,
}

/// A network from which anonymous pulls are decided by an organization's
/// policy.
#[derive(Clone, Debug)]
pub struct OpenedNetwork {
    /// The network.
    pub network: IpNet,
    /// The organization whose policy applies.
    pub organization: OrganizationName,
}

impl GatewaySettings {
    /// The organization whose policy applies to anonymous pulls from there.
    pub(crate) fn opened_to(&self, address: IpAddr) -> Option<&OrganizationName> {
        self.opened_networks
            .iter()
            .find(|opened| opened.network.contains(&address.to_canonical()))
            .map(|opened| &opened.organization)
    }
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            public_url: None,
            console: None,
            virtual_hosts: HashMap::new(),
            tag_fresh_for: Duration::from_mins(1),
            organization_logins: HashMap::new(),
            opened_networks: Vec::new(),
        }
    }
}
