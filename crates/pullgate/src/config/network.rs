//! Certificates of listeners, and networks that need no sign-in.

use std::path::PathBuf;

use ipnet::IpNet;
use pullgate_policy::OrganizationName;
use serde::Deserialize;

/// A certificate for a listener. Both files are read again when they change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// The certificate and its chain, PEM.
    pub(crate) certificate: PathBuf,
    /// The private key, PEM.
    pub(crate) key: PathBuf,
}

/// A network from which people pull without signing in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenedNetworkConfig {
    /// The network, as `10.1.0.0/16`.
    pub(crate) network: IpNet,
    /// The organization whose policy applies to those pulls.
    pub(crate) organization: OrganizationName,
}
