//! Monitoring: everything is decided and recorded, nothing is blocked.

use pullgate_policy::{Badge, Mode, Outcome, Permission, Rule, Switch};

use crate::acme::{Organization, pull};

fn closed_registries() -> Organization {
    Organization::new("acme").set(|settings| {
        settings.ram.enabled = Switch::On;
        settings.ram.docker_hub = Permission::Restricted;
        settings.ram.mode = Mode::Monitor;
    })
}

#[test]
fn monitored_image_access_blocks_nothing_and_records_what_it_would_have_denied() {
    let acme = Organization::acme().set(|settings| {
        settings.iam.mode = Mode::Monitor;
        settings.iam.official = Permission::Restricted;
        settings.iam.verified_publisher = Permission::Restricted;
    });
    let member = acme.member();
    let table = [
        ("nginx", Badge::None, Rule::Official),
        (
            "bitnami/redis",
            Badge::VerifiedPublisher,
            Rule::VerifiedPublisher,
        ),
        ("cilium/cilium", Badge::SponsoredOss, Rule::SponsoredOss),
        ("evil/miner", Badge::None, Rule::Community),
        ("evil/miner", Badge::Unknown, Rule::Community),
        ("ghcr.io/evil/miner", Badge::None, Rule::Community),
    ];
    for (name, badge, rule) in table {
        let verdict = pull(name).badge(badge).decided(&[&member]);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Monitored, rule),
            "{name}"
        );
        assert!(verdict.permits());
    }
}

#[test]
fn what_is_allowed_is_allowed_while_monitoring() {
    let acme = Organization::acme()
        .set(|settings| settings.iam.mode = Mode::Monitor)
        .allowlist(&["evil/miner"]);
    for name in ["nginx", "acme/app", "evil/miner"] {
        assert_eq!(pull(name).as_member_of(&acme).0, Outcome::Allowed, "{name}");
    }
}

#[test]
fn monitored_registries_block_nothing_and_record_what_they_would_have_denied() {
    let acme = closed_registries();
    assert_eq!(
        pull("nginx").as_member_of(&acme),
        (Outcome::Monitored, Rule::Registry)
    );
    assert_eq!(
        pull("quay.io/a/b").as_member_of(&acme),
        (Outcome::Monitored, Rule::Registry)
    );
}

#[test]
fn a_monitored_registry_leaves_the_image_to_be_decided() {
    let acme = closed_registries().set(|settings| settings.iam.enabled = Switch::On);
    assert_eq!(
        pull("nginx").as_member_of(&acme),
        (Outcome::Monitored, Rule::Registry),
        "the image is allowed, so the registry is what is recorded"
    );
    assert_eq!(
        pull("evil/miner").as_member_of(&acme),
        (Outcome::Denied, Rule::Community),
        "the image is denied"
    );
    let both = acme.set(|settings| settings.iam.mode = Mode::Monitor);
    assert_eq!(
        pull("evil/miner").as_member_of(&both),
        (Outcome::Monitored, Rule::Registry),
        "of two that would deny, the earlier rule is recorded"
    );
}

#[test]
fn an_owner_is_allowed_and_not_merely_monitored() {
    let owner = closed_registries().owner();
    assert_eq!(pull("nginx").decided(&[&owner]).outcome, Outcome::Allowed);
}
