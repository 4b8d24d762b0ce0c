//! Which registries there are.
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

use pullgate_reference::Registry;
use pullgate_upstream::{ConfigError, Credentials, Parts, Upstream, UpstreamConfig, Upstreams};

#[test]
fn only_configured_upstreams_exist() {
    let configs = [UpstreamConfig::docker_hub(), UpstreamConfig::new("ghcr.io")];
    let upstreams = Upstreams::new(&configs, &Parts::system()).unwrap();
    assert_eq!(upstreams.iter().count(), 2);
    assert!(upstreams.get(&Registry::docker_hub()).is_some());
    assert!(
        upstreams
            .get(&Registry::parse("GHCR.io.").unwrap())
            .is_some()
    );
    assert!(
        upstreams
            .get(&Registry::parse("quay.io").unwrap())
            .is_none()
    );
}

#[test]
fn a_registry_under_two_of_its_names_is_configured_twice() {
    let configs = [
        UpstreamConfig::docker_hub(),
        UpstreamConfig::new("registry-1.docker.io"),
    ];
    let twice = Upstreams::new(&configs, &Parts::system());
    assert!(matches!(twice, Err(ConfigError::Twice(_))));
}

#[test]
fn docker_hub_is_reached_where_it_is() {
    let upstream = Upstream::new(&UpstreamConfig::docker_hub(), &Parts::system()).unwrap();
    assert!(format!("{upstream:?}").contains("https://registry-1.docker.io/"));
    assert!(matches!(
        upstream.site_credentials(),
        Credentials::Anonymous
    ));
}

#[test]
fn half_a_login_and_one_that_can_not_be_sent_are_errors() {
    let mut config = UpstreamConfig::new("quay.io");
    config.username = Some("robot".to_owned());
    let half = Upstream::new(&config, &Parts::system());
    assert!(matches!(half, Err(ConfigError::HalfALogin)));
    config.password = Some("x\r\nX-Evil: 1".into());
    let broken = Upstream::new(&config, &Parts::system());
    assert!(matches!(broken, Err(ConfigError::Password)));
    config.password = Some("x".into());
    config.username = Some("a:b".to_owned());
    let colon = Upstream::new(&config, &Parts::system());
    assert!(matches!(colon, Err(ConfigError::Username)));
}
