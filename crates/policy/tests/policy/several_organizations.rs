//! Who belongs to several organizations must satisfy each.

use pullgate_policy::{Badge, Mode, OrganizationName, Outcome, Permission, Rule, Switch};

use crate::acme::{Organization, pull};

/// Image Access Management on, official images restricted.
fn strict(name: &str) -> Organization {
    Organization::new(name).set(|settings| {
        settings.iam.enabled = Switch::On;
        settings.iam.official = Permission::Restricted;
    })
}

#[test]
fn one_that_denies_is_enough_and_is_named_in_either_order() {
    let (acme, strict) = (Organization::acme().member(), strict("strict").member());
    for seats in [[&acme, &strict], [&strict, &acme]] {
        let verdict = pull("nginx").decided(&seats);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Denied, Rule::Official)
        );
        assert_eq!(
            verdict.organization.map(OrganizationName::as_str),
            Some("strict")
        );
    }
}

#[test]
fn of_two_that_say_the_same_the_first_is_named() {
    let (first, second) = (strict("first").member(), strict("second").member());
    let verdict = pull("nginx").decided(&[&first, &second]);
    assert_eq!(
        verdict.organization.map(OrganizationName::as_str),
        Some("first")
    );
}

#[test]
fn what_each_allows_is_allowed() {
    let first = Organization::acme().member();
    let second = Organization::new("second")
        .set(|settings| settings.iam.enabled = Switch::On)
        .member();
    assert_eq!(
        pull("nginx").decided(&[&first, &second]).outcome,
        Outcome::Allowed
    );
}

#[test]
fn one_whose_image_access_management_is_off_has_no_say() {
    let off = Organization::new("off").member();
    let acme = Organization::acme().member();
    for seats in [[&off, &acme], [&acme, &off]] {
        let allowed = pull("nginx").decided(&seats);
        assert_eq!(
            (allowed.outcome, allowed.rule),
            (Outcome::Allowed, Rule::Official),
            "the verdict that looked at the image is the one told"
        );
        assert_eq!(pull("evil/miner").decided(&seats).outcome, Outcome::Denied);
    }
}

#[test]
fn one_whose_registries_are_closed_has_a_say_with_image_access_management_off() {
    let closed = Organization::new("closed")
        .set(|settings| settings.ram.enabled = Switch::On)
        .member();
    let acme = Organization::acme().allowlist(&["quay.io/**"]).member();
    for seats in [[&closed, &acme], [&acme, &closed]] {
        let verdict = pull("quay.io/a/b").decided(&seats);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Denied, Rule::Registry)
        );
        assert_eq!(
            verdict.organization.map(OrganizationName::as_str),
            Some("closed")
        );
    }
}

#[test]
fn the_owner_of_one_is_bound_as_a_member_of_the_other() {
    let own = Organization::new("own").owner();
    let acme = Organization::acme().member();
    for seats in [[&own, &acme], [&acme, &own]] {
        let verdict = pull("evil/miner").decided(&seats);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Denied, Rule::Community)
        );
        assert_eq!(
            verdict.organization.map(OrganizationName::as_str),
            Some("acme")
        );
    }
}

#[test]
fn the_owner_of_both_pulls_anything() {
    let (acme, strict) = (Organization::acme().owner(), strict("strict").owner());
    let verdict = pull("evil/miner").decided(&[&acme, &strict]);
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Allowed, Rule::Owner)
    );
}

#[test]
fn one_organizations_own_image_is_community_to_the_other() {
    let acme = Organization::acme().member();
    let other = Organization::new("other")
        .set(|settings| settings.iam.enabled = Switch::On)
        .member();
    let verdict = pull("acme/app").decided(&[&acme, &other]);
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Denied, Rule::Community)
    );
    assert_eq!(
        verdict.organization.map(OrganizationName::as_str),
        Some("other")
    );
}

#[test]
fn what_one_would_deny_is_recorded_and_what_the_other_denies_is_denied() {
    let monitoring = Organization::acme()
        .set(|settings| settings.iam.mode = Mode::Monitor)
        .member();
    let off = Organization::new("off").member();
    let strict = strict("strict").member();
    assert_eq!(
        pull("evil/miner").decided(&[&off, &monitoring]).outcome,
        Outcome::Monitored
    );
    let verdict = pull("evil/miner").decided(&[&monitoring, &strict]);
    assert_eq!(verdict.outcome, Outcome::Denied);
    assert_eq!(
        verdict.organization.map(OrganizationName::as_str),
        Some("strict")
    );
}

#[test]
fn of_two_denials_the_one_that_docker_hub_cannot_lift_is_told() {
    let unknown = Organization::acme().member();
    let closed = Organization::new("closed")
        .set(|settings| {
            settings.ram.enabled = Switch::On;
            settings.ram.docker_hub = Permission::Restricted;
        })
        .member();
    for seats in [[&unknown, &closed], [&closed, &unknown]] {
        let verdict = pull("bitnami/redis").badge(Badge::Unknown).decided(&seats);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Denied, Rule::Registry)
        );
        assert!(!verdict.rests_on_badge(), "nobody need wait for the badge");
    }
}
