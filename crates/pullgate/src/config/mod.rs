//! What is configured: one struct for each component, read in one place.
//!
//! A setting comes from, strongest first: a flag, an environment variable, the
//! configuration file, its default. A setting that does not exist is an
//! error, for a misspelt one would otherwise do nothing.

mod account;
mod console;
mod decisions;
pub(crate) mod duration;
mod file;
mod identity;
mod network;

pub(crate) use account::OrganizationAccount;
pub(crate) use console::ConsoleConfig;
pub(crate) use decisions::DecisionsConfig;
pub(crate) use file::{Config, read, read_toml};
pub(crate) use identity::IdentityConfig;
pub(crate) use network::{OpenedNetworkConfig, TlsConfig};
