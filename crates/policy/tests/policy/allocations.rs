//! The path that allows a pull allocates nothing, however long the lists are.

use allocation_counter::measure;
use pullgate_policy::{
    Badge, Covers, Mode, Outcome, Permission, PublisherCategory, Rule, Switch, decide,
};

use crate::acme::{Organization, Pull, Seat, person, pull, team};

/// acme with ten thousand allowlist entries and ten thousand exceptions.
fn large() -> Organization {
    let mut acme = Organization::acme()
        .set(|settings| {
            settings.ram.enabled = Switch::On;
            settings.ram.registries = vec!["quay.io".parse().expect("a registry")];
            settings.trusted = crate::acme::patterns(&["quay.io/partner/**"]);
        })
        .team("data", &["team/*"], &[PublisherCategory::SponsoredOss]);
    for number in 0..10_000 {
        acme = match number % 3 {
            0 => acme.allowlist(&[&format!("listed{number}/app")]),
            1 => acme.allowlist(&[&format!("listed{number}/*")]),
            _ => acme.allowlist(&[&format!("listed{number}/**")]),
        };
        let covers = match number % 3 {
            0 => Covers::Organization,
            1 => Covers::Team(team("data")),
            _ => Covers::Person(person("mia")),
        };
        acme = acme.exception(
            &format!("excepted{number}/app"),
            covers,
            "2027-01-01T00:00:00Z",
        );
    }
    acme
}

/// Asserts how a pull ends, and that deciding it allocated nothing.
fn assert_free(pull: &Pull, seats: &[&Seat], expected: (Outcome, Rule)) {
    let question = pull.question();
    let mut ended = None;
    let allocations = measure(|| {
        let verdict = decide(&question, seats.iter().map(|seat| seat.membership()));
        ended = Some((verdict.outcome, verdict.rule));
    });
    assert_eq!(ended, Some(expected), "{}", pull.repository);
    assert_eq!(
        (allocations.count_total, allocations.bytes_total),
        (0, 0),
        "{} by {}",
        pull.repository,
        expected.1
    );
}

#[test]
fn the_counter_counts() {
    let allocations = measure(|| {
        std::hint::black_box(Box::new(1));
    });
    assert_eq!(allocations.count_total, 1);
}

#[test]
fn allowing_a_pull_allocates_nothing() {
    use Outcome::Allowed;
    let acme = large();
    let (owner, member) = (acme.owner(), acme.member_in(&["dev", "data"]));
    let off = acme
        .clone()
        .set(|settings| settings.iam.enabled = Switch::Off)
        .member();

    assert_free(&pull("evil/miner"), &[&owner], (Allowed, Rule::Owner));
    assert_free(&pull("evil/miner"), &[&off], (Allowed, Rule::Disabled));
    let table = [
        (pull("acme/app"), Rule::OrganizationImage),
        (pull("listed0/app"), Rule::Allowlist),
        (pull("listed9997/app"), Rule::Allowlist),
        (pull("listed9998/a/b/c"), Rule::Allowlist),
        (pull("team/app"), Rule::Allowlist),
        (pull("excepted9999/app"), Rule::Exception),
        (pull("excepted9997/app"), Rule::Exception),
        (pull("excepted9998/app"), Rule::Exception),
        (pull("nginx"), Rule::Official),
        (
            pull("bitnami/redis").badge(Badge::VerifiedPublisher),
            Rule::VerifiedPublisher,
        ),
        (pull("quay.io/partner/tool"), Rule::VerifiedPublisher),
        (
            pull("cilium/cilium").badge(Badge::SponsoredOss),
            Rule::SponsoredOss,
        ),
    ];
    for (pull, rule) in &table {
        assert_free(pull, &[&member], (Allowed, *rule));
        assert_free(pull, &[&member, &off], (Allowed, *rule));
    }
}

#[test]
fn monitoring_and_denying_allocate_nothing_either() {
    let acme = large().set(|settings| settings.iam.official = Permission::Restricted);
    let member = acme.member_in(&["data"]);
    assert_free(
        &pull("evil/miner"),
        &[&member],
        (Outcome::Denied, Rule::Community),
    );
    assert_free(
        &pull("ghcr.io/a/b"),
        &[&member],
        (Outcome::Denied, Rule::Registry),
    );
    let monitoring = acme
        .set(|settings| settings.iam.mode = Mode::Monitor)
        .member();
    assert_free(
        &pull("nginx"),
        &[&monitoring],
        (Outcome::Monitored, Rule::Official),
    );
}
