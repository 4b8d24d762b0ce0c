//! Each rule of the table, alone.

use pullgate_policy::{Badge, Category, Covers, Outcome, Permission, Rule, Switch};

use crate::acme::{Organization, Pull, pull};

/// What a member of acme gets, category included.
fn decided(organization: &Organization, pull: &Pull) -> (Outcome, Rule, Category) {
    let member = organization.member();
    let verdict = pull.decided(&[&member]);
    assert_eq!(
        verdict.organization,
        Some(&organization.0.organization),
        "a verdict names the organization that decided"
    );
    assert_eq!(verdict.team, None, "no team had a part in it");
    (verdict.outcome, verdict.rule, verdict.category)
}

#[test]
fn an_owner_pulls_anything_whatever_the_settings_are() {
    let owner = Organization::acme()
        .set(|settings| {
            settings.iam.official = Permission::Restricted;
            settings.iam.verified_publisher = Permission::Restricted;
            settings.ram.enabled = Switch::On;
            settings.ram.docker_hub = Permission::Restricted;
        })
        .owner();
    for name in ["nginx", "evil/miner", "ghcr.io/evil/miner", "acme/app"] {
        let verdict = pull(name).decided(&[&owner]);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Allowed, Rule::Owner),
            "{name}"
        );
    }
}

#[test]
fn a_member_pulls_anything_while_image_access_management_is_off() {
    let off = Organization::acme().set(|settings| {
        settings.iam.enabled = Switch::Off;
        settings.iam.official = Permission::Restricted;
    });
    assert_eq!(
        decided(&off, &pull("evil/miner")),
        (Outcome::Allowed, Rule::Disabled, Category::Community)
    );
    assert_eq!(
        decided(&off, &pull("nginx")),
        (Outcome::Allowed, Rule::Disabled, Category::Official)
    );
}

#[test]
fn what_a_member_gets_while_nothing_but_the_main_switch_is_set() {
    use Badge::{None, SponsoredOss, Unknown, VerifiedPublisher};
    let acme = Organization::acme();
    let table = [
        ("acme/app", None, Outcome::Allowed, Rule::OrganizationImage),
        (
            "registry.acme.example/team/app",
            None,
            Outcome::Allowed,
            Rule::OrganizationImage,
        ),
        ("nginx", None, Outcome::Allowed, Rule::Official),
        ("nginx", Unknown, Outcome::Allowed, Rule::Official),
        (
            "bitnami/redis",
            VerifiedPublisher,
            Outcome::Allowed,
            Rule::VerifiedPublisher,
        ),
        (
            "cilium/cilium",
            SponsoredOss,
            Outcome::Denied,
            Rule::SponsoredOss,
        ),
        ("evil/miner", None, Outcome::Denied, Rule::Community),
        ("evil/miner", Unknown, Outcome::Denied, Rule::Community),
        ("ghcr.io/evil/miner", None, Outcome::Denied, Rule::Community),
        ("acme-evil/app", None, Outcome::Denied, Rule::Community),
        (
            "registry.acme.example.evil.example/team/app",
            None,
            Outcome::Denied,
            Rule::Community,
        ),
    ];
    for (name, badge, outcome, rule) in table {
        let verdict = pull(name).badge(badge).as_member_of(&acme);
        assert_eq!(verdict, (outcome, rule), "{name} with badge {badge}");
    }
}

#[test]
fn official_images_follow_the_owners_switch() {
    for (permission, outcome) in [
        (Permission::Allowed, Outcome::Allowed),
        (Permission::Restricted, Outcome::Denied),
    ] {
        let acme = Organization::acme().set(|settings| settings.iam.official = permission);
        assert_eq!(
            decided(&acme, &pull("nginx")),
            (outcome, Rule::Official, Category::Official)
        );
    }
}

#[test]
fn verified_publishers_follow_the_owners_switch() {
    for (permission, outcome) in [
        (Permission::Allowed, Outcome::Allowed),
        (Permission::Restricted, Outcome::Denied),
    ] {
        let acme =
            Organization::acme().set(|settings| settings.iam.verified_publisher = permission);
        assert_eq!(
            decided(
                &acme,
                &pull("bitnami/redis").badge(Badge::VerifiedPublisher)
            ),
            (
                outcome,
                Rule::VerifiedPublisher,
                Category::VerifiedPublisher
            )
        );
    }
}

#[test]
fn sponsored_oss_is_denied_unless_the_owner_has_switched_it_on() {
    for (permission, outcome) in [
        (Permission::Allowed, Outcome::Allowed),
        (Permission::Restricted, Outcome::Denied),
    ] {
        let acme = Organization::acme().set(|settings| settings.iam.sponsored_oss = permission);
        assert_eq!(
            decided(&acme, &pull("cilium/cilium").badge(Badge::SponsoredOss)),
            (outcome, Rule::SponsoredOss, Category::SponsoredOss)
        );
    }
}

#[test]
fn community_images_are_denied_whatever_is_allowed_beside_them() {
    let generous = Organization::acme()
        .set(|settings| settings.iam.sponsored_oss = Permission::Allowed)
        .allowlist(&["bitnami/**"]);
    assert_eq!(
        decided(&generous, &pull("evil/miner")),
        (Outcome::Denied, Rule::Community, Category::Community)
    );
}

#[test]
fn the_allowlist_allows_whatever_the_category_is() {
    let acme = Organization::acme()
        .set(|settings| settings.iam.official = Permission::Restricted)
        .allowlist(&["nginx", "bitnami/*", "ghcr.io/partner/**"]);
    let table = [
        ("nginx", Category::Official),
        ("bitnami/redis", Category::Community),
        ("ghcr.io/partner/tools/lint", Category::Community),
    ];
    for (name, category) in table {
        assert_eq!(
            decided(&acme, &pull(name)),
            (Outcome::Allowed, Rule::Allowlist, category),
            "{name}"
        );
    }
    for name in ["redis", "bitnami/charts/redis", "ghcr.io/partner-evil/tool"] {
        assert_eq!(decided(&acme, &pull(name)).0, Outcome::Denied, "{name}");
    }
}

#[test]
fn an_exception_allows_its_one_repository_alone() {
    let acme =
        Organization::acme().exception("evil/miner", Covers::Organization, "2026-12-24T00:00:00Z");
    assert_eq!(
        decided(&acme, &pull("evil/miner")),
        (Outcome::Allowed, Rule::Exception, Category::Community)
    );
    for name in ["evil/miner2", "evil/miner/sub", "ghcr.io/evil/miner"] {
        assert_eq!(
            decided(&acme, &pull(name)),
            (Outcome::Denied, Rule::Community, Category::Community),
            "{name}"
        );
    }
}

#[test]
fn a_machines_token_is_decided_like_a_member() {
    let acme = Organization::acme();
    assert_eq!(
        pull("nginx").by_nobody().as_member_of(&acme),
        (Outcome::Allowed, Rule::Official)
    );
    assert_eq!(
        pull("evil/miner").by_nobody().as_member_of(&acme),
        (Outcome::Denied, Rule::Community)
    );
}

#[test]
fn look_alike_names_are_other_repositories() {
    let acme = Organization::acme()
        .allowlist(&["ghcr.io/partner/**", "bitnami/redis"])
        .set(|settings| settings.trusted = crate::acme::patterns(&["quay.io/**"]));
    for name in [
        "ghcr.io.evil.example/partner/tool",
        "evil.example/ghcr.io/partner/tool",
        "ghcr.io:444/partner/tool",
        "docker.io/ghcr.io/partner/tool",
        "ghcr.io/partner-evil/tool",
        "ghcr.io/partnerevil/tool",
        "ghcr.io/partner",
        "quay.io.evil.example/a/b",
        "xquay.io/a/b",
        "docker.io.evil.example/library/nginx",
        "docker.io.evil.example/bitnami/redis",
        "docker.io:5000/bitnami/redis",
        "bitnami/redis-evil",
        "bitnami/redis/evil",
        "library.nginx/nginx",
        "acme.evil.example/acme/app",
        "evil/acme/app",
        "xregistry.acme.example/app",
    ] {
        assert_eq!(
            pull(name).as_member_of(&acme),
            (Outcome::Denied, Rule::Community),
            "{name}"
        );
    }
    for name in [
        "GHCR.io/partner/tool",
        "ghcr.io:443/partner/tool",
        "index.docker.io/bitnami/redis",
        "Registry-1.Docker.io/bitnami/redis",
    ] {
        assert_eq!(
            pull(name).as_member_of(&acme),
            (Outcome::Allowed, Rule::Allowlist),
            "{name} is the same under another name"
        );
    }
}
