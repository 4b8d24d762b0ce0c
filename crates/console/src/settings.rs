//! What the console has to know of the installation.

use crate::rates::ConsoleRates;

/// What the console has to know of the installation.
#[derive(Clone, Debug, Default)]
pub struct ConsoleSettings {
    /// Where people reach the console, without a trailing slash.
    pub public_url: Option<String>,
    /// Where container clients reach the gateway.
    pub gateway: GatewayAddress,
    /// How many pages may be asked for.
    pub rates: ConsoleRates,
    /// The registries that can be pulled from, as `docker.io`.
    pub registries: Vec<String>,
}

/// Where container clients reach the gateway.
#[derive(Clone, Debug, Default)]
pub struct GatewayAddress {
    /// Its own address, if one is set.
    pub public_url: Option<String>,
    /// The port it listens on.
    pub port: u16,
    /// Whether it is encrypted.
    pub encrypted: bool,
}
