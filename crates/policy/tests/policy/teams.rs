//! What a team may pull beyond its organization's policy.

use pullgate_policy::{Badge, Outcome, Permission, PublisherCategory, Rule, Switch, TeamAdditions};

use crate::acme::{Organization, pull, team};

fn strict() -> Organization {
    Organization::acme().set(|settings| {
        settings.iam.official = Permission::Restricted;
        settings.iam.verified_publisher = Permission::Restricted;
    })
}

#[test]
fn a_category_allowed_for_a_team_is_allowed_for_its_members_alone() {
    let table = [
        (PublisherCategory::Official, pull("nginx"), Rule::Official),
        (
            PublisherCategory::VerifiedPublisher,
            pull("bitnami/redis").badge(Badge::VerifiedPublisher),
            Rule::VerifiedPublisher,
        ),
        (
            PublisherCategory::SponsoredOss,
            pull("cilium/cilium").badge(Badge::SponsoredOss),
            Rule::SponsoredOss,
        ),
    ];
    for (category, pull, rule) in &table {
        let acme = strict()
            .team("data", &[], &[*category])
            .team("dev", &[], &[]);
        let inside = acme.member_in(&["dev", "data"]);
        let verdict = pull.decided(&[&inside]);
        assert_eq!((verdict.outcome, verdict.rule), (Outcome::Allowed, *rule));
        assert_eq!(verdict.team, Some(&team("data")), "the team is named");

        for outside in [acme.member(), acme.member_in(&["dev"])] {
            let verdict = pull.decided(&[&outside]);
            assert_eq!((verdict.outcome, verdict.rule), (Outcome::Denied, *rule));
            assert_eq!(verdict.team, None);
        }

        // And nothing but that category.
        for (other, other_pull, _) in &table {
            if other != category {
                assert_eq!(other_pull.decided(&[&inside]).outcome, Outcome::Denied);
            }
        }
    }
}

#[test]
fn a_teams_allowlist_entry_names_the_team() {
    let acme = strict()
        .team("data", &["evil/*"], &[])
        .set(|settings| settings.iam.allowlist = Switch::On);
    let inside = acme.member_in(&["data"]);
    let verdict = pull("evil/miner").decided(&[&inside]);
    assert_eq!(
        (verdict.outcome, verdict.rule, verdict.team),
        (Outcome::Allowed, Rule::Allowlist, Some(&team("data")))
    );
    assert_eq!(
        pull("evil/miner").as_member_of(&acme),
        (Outcome::Denied, Rule::Community)
    );
}

#[test]
fn a_teams_allowlist_counts_only_while_the_organizations_allowlist_is_on() {
    let acme = strict().team("data", &["evil/*"], &[PublisherCategory::Official]);
    let inside = acme.member_in(&["data"]);
    assert_eq!(pull("evil/miner").decided(&[&inside]).rule, Rule::Community);
    let verdict = pull("nginx").decided(&[&inside]);
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Allowed, Rule::Official),
        "its categories do not hang on that switch"
    );
}

#[test]
fn no_team_is_named_where_the_organization_allows_it_anyway() {
    let acme = Organization::acme().allowlist(&["evil/miner"]).team(
        "data",
        &["evil/miner"],
        &PublisherCategory::ALL,
    );
    let inside = acme.member_in(&["data"]);
    for pull in [pull("evil/miner"), pull("nginx")] {
        let verdict = pull.decided(&[&inside]);
        assert_eq!((verdict.outcome, verdict.team), (Outcome::Allowed, None));
    }
}

#[test]
fn additions_only_widen() {
    let acme = Organization::acme().team("data", &[], &[]);
    let inside = acme.member_in(&["data"]);
    let verdict = pull("nginx").decided(&[&inside]);
    assert_eq!(
        (verdict.outcome, verdict.rule, verdict.team),
        (Outcome::Allowed, Rule::Official, None),
        "a team without official among its categories keeps what the organization allows"
    );
}

#[test]
fn no_team_can_be_given_community_images_as_a_whole() {
    let everything = strict().team("data", &[], &PublisherCategory::ALL);
    let inside = everything.member_in(&["data"]);
    for badge in [Badge::None, Badge::Unknown] {
        let verdict = pull("evil/miner").badge(badge).decided(&[&inside]);
        assert_eq!(
            (verdict.outcome, verdict.rule),
            (Outcome::Denied, Rule::Community)
        );
    }
    for word in ["community", "organization"] {
        let document = format!(r#"{{"categories":["{word}"]}}"#);
        let refused = serde_json::from_str::<TeamAdditions>(&document);
        assert!(refused.is_err(), "{word} is no category for a team");
    }
}

#[test]
fn a_team_of_another_organization_widens_nothing() {
    let acme = strict();
    let other = Organization::new("other").team("data", &[], &PublisherCategory::ALL);
    let (in_acme, in_other) = (acme.member(), other.member_in(&["data"]));
    let verdict = pull("nginx").decided(&[&in_acme, &in_other]);
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Denied, Rule::Official)
    );
}
