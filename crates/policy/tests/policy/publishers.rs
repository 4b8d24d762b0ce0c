//! Who publishes an image, and what is unknown of it.

use pullgate_policy::{Badge, Category, Outcome, Permission, Policy, Rule};

use crate::acme::{Organization, patterns, pull, repository};

const BADGES: [Badge; 4] = [
    Badge::VerifiedPublisher,
    Badge::SponsoredOss,
    Badge::None,
    Badge::Unknown,
];

#[test]
fn official_is_exactly_one_component_below_library() {
    let policy = Policy::new(Organization::acme().0);
    let table = [
        ("nginx", Category::Official),
        ("docker.io/library/nginx", Category::Official),
        ("registry-1.docker.io/library/nginx", Category::Official),
        ("docker.io/library/a/b", Category::Community),
        ("library.evil.example/nginx", Category::Community),
        ("ghcr.io/library/nginx", Category::Community),
        ("docker.io/evil/library", Category::Community),
        ("docker.io.evil.example/library/nginx", Category::Community),
    ];
    for (name, category) in table {
        assert_eq!(
            policy.category(&repository(name), Badge::None),
            category,
            "{name}"
        );
    }
}

#[test]
fn a_badge_makes_no_image_official_and_takes_it_from_none() {
    let policy = Policy::new(Organization::acme().0);
    for badge in BADGES {
        assert_eq!(
            policy.category(&repository("nginx"), badge),
            Category::Official
        );
        assert_ne!(
            policy.category(&repository("docker.io/library/a/b"), badge),
            Category::Official
        );
    }
}

#[test]
fn a_badge_means_nothing_outside_docker_hub() {
    let acme = Organization::acme();
    let member = acme.member();
    for badge in BADGES {
        let verdict = pull("ghcr.io/evil/miner").badge(badge).decided(&[&member]);
        assert_eq!(
            (verdict.outcome, verdict.rule, verdict.category),
            (Outcome::Denied, Rule::Community, Category::Community)
        );
        assert_eq!(verdict.badge, Badge::None);
        assert!(!verdict.category_unknown());
        assert!(
            !verdict.rests_on_badge(),
            "Docker Hub cannot say more of it"
        );
    }
}

#[test]
fn what_docker_hub_could_not_say_is_community_and_is_said_to_be_unknown() {
    let member = Organization::acme().member();
    let verdict = pull("bitnami/redis")
        .badge(Badge::Unknown)
        .decided(&[&member]);
    assert_eq!(
        (verdict.outcome, verdict.rule, verdict.category),
        (Outcome::Denied, Rule::Community, Category::Community)
    );
    assert!(verdict.category_unknown());
    assert!(verdict.rests_on_badge());

    let known = pull("bitnami/redis").decided(&[&member]);
    assert_eq!(known.category, Category::Community);
    assert!(!known.category_unknown());
    assert!(!known.rests_on_badge());
}

#[test]
fn docker_hub_need_not_be_waited_for_where_its_answer_changes_nothing() {
    let acme = Organization::acme().allowlist(&["bitnami/*"]);
    let (owner, member) = (acme.owner(), acme.member());
    for (name, seat) in [
        ("evil/miner", &owner),
        ("bitnami/redis", &member),
        ("acme/app", &member),
        ("nginx", &member),
    ] {
        let verdict = pull(name).badge(Badge::Unknown).decided(&[seat]);
        assert_eq!(verdict.outcome, Outcome::Allowed, "{name}");
        assert!(!verdict.rests_on_badge(), "{name}");
    }
}

#[test]
fn a_trusted_registry_or_namespace_counts_as_a_verified_publisher() {
    let acme = Organization::acme().set(|settings| {
        settings.trusted = patterns(&["quay.io/**", "ghcr.io/partner/**"]);
    });
    for name in [
        "quay.io/prometheus/node-exporter",
        "ghcr.io/partner/tools/lint",
    ] {
        assert_eq!(
            pull(name).as_member_of(&acme),
            (Outcome::Allowed, Rule::VerifiedPublisher),
            "{name}"
        );
    }
    for name in [
        "ghcr.io/partner-evil/tool",
        "ghcr.io/evil/partner",
        "quay.io.evil.example/a/b",
        "quay.io:8443/a/b",
    ] {
        assert_eq!(
            pull(name).as_member_of(&acme),
            (Outcome::Denied, Rule::Community),
            "{name}"
        );
    }
    let restricted = acme.set(|settings| settings.iam.verified_publisher = Permission::Restricted);
    assert_eq!(
        pull("quay.io/prometheus/node-exporter").as_member_of(&restricted),
        (Outcome::Denied, Rule::VerifiedPublisher)
    );
}

#[test]
fn trust_says_nothing_of_docker_hub_even_if_it_was_stored() {
    let acme = Organization::acme().set(|settings| settings.trusted = patterns(&["evil/**"]));
    assert!(acme.0.settings.check().is_err());
    assert_eq!(
        pull("evil/miner").as_member_of(&acme),
        (Outcome::Denied, Rule::Community)
    );
}

#[test]
fn an_organizations_own_image_is_its_own_before_all_else() {
    let acme = Organization::acme()
        .namespaces(&["ghcr.io/acme/**"])
        .set(|settings| settings.trusted = patterns(&["ghcr.io/**"]));
    assert_eq!(
        pull("ghcr.io/acme/app").as_member_of(&acme),
        (Outcome::Allowed, Rule::OrganizationImage)
    );
}

#[test]
fn a_pattern_has_a_category_if_all_of_it_has_one() {
    let acme = Organization::acme().set(|settings| {
        settings.trusted = patterns(&["quay.io/prometheus/**"]);
    });
    let policy = Policy::new(acme.0);
    let verified = Some(Category::VerifiedPublisher);
    let table = [
        ("nginx", Some(Category::Official)),
        ("library/*", Some(Category::Official)),
        // What lies deeper there is not official.
        ("library/**", None),
        ("bitnami/*", verified),
        ("bitnami/**", verified),
        ("docker.io/**", None),
        ("acme/*", Some(Category::Organization)),
        (
            "registry.acme.example/team/**",
            Some(Category::Organization),
        ),
        ("ghcr.io/acme/**", Some(Category::Community)),
        ("quay.io/prometheus/*", verified),
        ("quay.io/**", None),
    ];
    for (text, category) in table {
        let found = policy.category_of_all(&patterns(&[text])[0], Badge::VerifiedPublisher);
        assert_eq!(found, category, "{text}");
    }
    let own = Organization::new("acme").namespaces(&["ghcr.io/acme/app"]);
    let policy = Policy::new(own.0);
    for (text, category) in [
        ("ghcr.io/acme/app", Some(Category::Organization)),
        ("ghcr.io/acme/*", None),
    ] {
        let found = policy.category_of_all(&patterns(&[text])[0], Badge::None);
        assert_eq!(found, category, "{text}");
    }
}
