//! Registry Access Management.

use pullgate_policy::{Covers, Mode, Outcome, Permission, Rule, Settings, Switch};
use pullgate_reference::Registry;

use crate::acme::{Organization, pull};

fn registries(hosts: &[&str]) -> Vec<Registry> {
    hosts
        .iter()
        .map(|host| Registry::parse(host).expect("a registry"))
        .collect()
}

fn only(hosts: &'static [&'static str]) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.ram.enabled = Switch::On;
        settings.ram.registries = registries(hosts);
    }
}

#[test]
fn only_listed_registries_may_be_pulled_from() {
    let acme = Organization::new("acme").set(only(&["ghcr.io", "registry.acme.example:5000"]));
    let table = [
        ("nginx", Rule::Disabled),
        ("ghcr.io/evil/miner", Rule::Disabled),
        ("GHCR.io/evil/miner", Rule::Disabled),
        ("registry.acme.example:5000/app", Rule::Disabled),
        ("registry.acme.example/app", Rule::Registry),
        ("registry.acme.example:5001/app", Rule::Registry),
        ("quay.io/a/b", Rule::Registry),
        ("ghcr.io.evil.example/a/b", Rule::Registry),
    ];
    for (name, rule) in table {
        let outcome = match rule {
            Rule::Registry => Outcome::Denied,
            _ => Outcome::Allowed,
        };
        assert_eq!(pull(name).as_member_of(&acme), (outcome, rule), "{name}");
    }
}

#[test]
fn docker_hub_has_a_switch_of_its_own_under_each_of_its_names() {
    let acme = Organization::new("acme")
        .set(only(&["ghcr.io"]))
        .set(|settings| settings.ram.docker_hub = Permission::Restricted);
    for name in [
        "nginx",
        "docker.io/library/nginx",
        "index.docker.io/library/nginx",
        "registry-1.docker.io/library/nginx",
        "registry.hub.docker.com/library/nginx",
        "Registry-1.Docker.io:443/library/nginx",
    ] {
        assert_eq!(
            pull(name).as_member_of(&acme),
            (Outcome::Denied, Rule::Registry),
            "{name}"
        );
    }
}

#[test]
fn docker_hub_in_the_list_does_not_stand_in_for_its_switch() {
    let acme = Organization::new("acme")
        .set(only(&["docker.io"]))
        .set(|settings| settings.ram.docker_hub = Permission::Restricted);
    assert_eq!(
        pull("nginx").as_member_of(&acme),
        (Outcome::Denied, Rule::Registry)
    );
}

#[test]
fn it_holds_whether_image_access_management_is_on_or_off() {
    for enabled in [Switch::On, Switch::Off] {
        let acme = Organization::acme()
            .set(only(&["ghcr.io"]))
            .set(|settings| settings.iam.enabled = enabled);
        assert_eq!(
            pull("quay.io/a/b").as_member_of(&acme),
            (Outcome::Denied, Rule::Registry)
        );
    }
}

#[test]
fn image_access_management_holds_whether_it_is_on_or_off() {
    for enabled in [Switch::On, Switch::Off] {
        let acme = Organization::acme()
            .set(only(&["ghcr.io"]))
            .set(|settings| settings.ram.enabled = enabled);
        assert_eq!(
            pull("ghcr.io/evil/miner").as_member_of(&acme),
            (Outcome::Denied, Rule::Community)
        );
    }
}

#[test]
fn nothing_that_widens_image_access_opens_a_registry() {
    let acme = Organization::acme()
        .set(only(&[]))
        .set(|settings| settings.trusted = crate::acme::patterns(&["registry.acme.example/**"]))
        .allowlist(&["registry.acme.example/app"])
        .exception(
            "registry.acme.example/app",
            Covers::Organization,
            "2027-01-01T00:00:00Z",
        )
        .team("dev", &["registry.acme.example/app"], &[]);
    let member = acme.member_in(&["dev"]);
    let verdict = pull("registry.acme.example/app").decided(&[&member]);
    assert_eq!(
        (verdict.outcome, verdict.rule, verdict.team),
        (Outcome::Denied, Rule::Registry, None)
    );
}

#[test]
fn monitoring_images_does_not_open_the_registries() {
    let acme = Organization::acme()
        .set(only(&["ghcr.io"]))
        .set(|settings| settings.iam.mode = Mode::Monitor);
    assert_eq!(
        pull("quay.io/a/b").as_member_of(&acme),
        (Outcome::Denied, Rule::Registry)
    );
}
