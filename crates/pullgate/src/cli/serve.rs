//! `pullgate serve`: what can be set from the command line.

use std::net::SocketAddr;

use clap::Args;

use crate::config::Config;

/// Run the server, until a signal ends it
///
/// Needs nothing but a data folder. Container clients talk to the gateway,
/// people and tools to the control address; health and metrics are at the
/// operations address, which is meant for this machine alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate serve --data ./pullgate
  pullgate serve --data ./pullgate --public-url https://pullgate.acme.example")]
pub(super) struct ServeCommand {
    /// Where container clients connect [default: 0.0.0.0:5000]
    #[arg(
        long,
        value_name = "ADDR",
        env = "PULLGATE_GATEWAY",
        hide_env_values = true
    )]
    gateway: Option<SocketAddr>,
    /// Where people and tools connect [default: 0.0.0.0:8080]
    #[arg(
        long,
        value_name = "ADDR",
        env = "PULLGATE_CONTROL",
        hide_env_values = true
    )]
    control: Option<SocketAddr>,
    /// Where health and metrics are [default: 127.0.0.1:9090]
    #[arg(
        long,
        value_name = "ADDR",
        env = "PULLGATE_OPERATIONS",
        hide_env_values = true
    )]
    operations: Option<SocketAddr>,
    /// The control address as people reach it; it stands in every denial
    #[arg(
        long,
        value_name = "URL",
        env = "PULLGATE_PUBLIC_URL",
        hide_env_values = true,
        value_parser = public_url
    )]
    public_url: Option<String>,
}

impl ServeCommand {
    /// Puts what was typed over what the file says.
    pub(super) fn override_settings(&self, config: &mut Config) {
        if let Some(address) = self.gateway {
            config.gateway.listen = address;
        }
        if let Some(address) = self.control {
            config.control.listen = address;
        }
        if let Some(address) = self.operations {
            config.operations.listen = address;
        }
        if self.public_url.is_some() {
            config.public_url.clone_from(&self.public_url);
        }
    }
}

/// Reads an address as the configuration file does.
fn public_url(text: &str) -> Result<String, String> {
    let file = toml::Table::from_iter([("public_url".to_owned(), text.into())]);
    let config: Config = file
        .try_into()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    config.public_url.ok_or_else(|| "it is empty".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_address() {
        for bad in [
            "",
            "pullgate",
            "ftp://a.example",
            "https://a.example/?x",
            "https://u:p@a.example",
        ] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
    }
}
