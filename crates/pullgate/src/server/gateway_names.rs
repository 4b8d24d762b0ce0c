//! By which names this gateway is reached.

use pullgate_reference::{GatewayNames, Registry};

use super::parts::upstream_entries;
use crate::config::Config;

/// The hosts by which people reach the gateway that listens on this port: its
/// own address, the host of the console with the gateway's port, and this
/// machine. One that is also the name of an upstream stays that.
pub(crate) fn gateway_names(config: &Config, port: u16) -> GatewayNames {
    let own = config.gateway.public_url.as_deref().and_then(authority);
    let console = config.public_url.as_deref().and_then(authority);
    let beside = console.map(|authority| with_port(authority, port));
    let here = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
    let upstreams = upstream_entries(config);
    let is_upstream = |registry: &Registry| {
        let mut names = upstreams.iter();
        names.any(|upstream| upstream.registry == registry.as_str())
    };
    let registry = |host: String| {
        let registry = Registry::parse(&host).ok();
        registry.filter(|registry| !is_upstream(registry))
    };
    let hosts = own.map(str::to_owned).into_iter().chain(beside);
    GatewayNames::new(
        hosts.filter_map(registry),
        config.gateway.virtual_hosts.iter().cloned(),
    )
    .and_here(here.into_iter().filter_map(registry))
}

/// The host of an address, with its port if it names one.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next()
}

/// The same host with another port.
fn with_port(authority: &str, port: u16) -> String {
    let host = match authority.rsplit_once(':') {
        Some((host, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(config: &Config, typed: &str) -> String {
        let names = gateway_names(config, 5000);
        names.read(typed).unwrap().repository().to_string()
    }

    #[test]
    fn a_gateway_is_reached_by_its_address_beside_the_console_and_on_this_machine() {
        let config = Config {
            public_url: Some("https://pullgate.acme.example:8443/console".to_owned()),
            ..Config::default()
        };
        for own in [
            "pullgate.acme.example:5000",
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:5000",
        ] {
            let read = repository(&config, &format!("{own}/evil/miner"));
            assert_eq!(read, "docker.io/evil/miner", "{own}");
        }
        for other in ["pullgate.acme.example:8443", "localhost:5001"] {
            let typed = format!("{other}/evil/miner");
            assert_eq!(repository(&config, &typed), typed);
        }
        let mut named = config;
        named.gateway.public_url = Some("https://registry.acme.example".to_owned());
        let read = repository(&named, "registry.acme.example/ghcr.io/org/app");
        assert_eq!(read, "ghcr.io/org/app");
    }

    #[test]
    fn an_upstream_of_the_same_name_stays_one() {
        let text = "[[upstreams]]\nregistry = \"localhost:5000\"\nurl = \"http://localhost:5000\"";
        let config: Config = toml::from_str(text).unwrap();
        let typed = "localhost:5000/team/app";
        assert_eq!(repository(&config, typed), typed);
    }
}
