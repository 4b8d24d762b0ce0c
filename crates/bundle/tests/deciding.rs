//! A machine decides by what it took along as the server would have done, and
//! denies what that does not say.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use jiff::{SignedDuration, Timestamp};
use pullgate_bundle::{Belonging, Bundle, BundledPolicy, KnownBadge, Ready};
use pullgate_policy::{
    Badge, Covers, Exception, Outcome, Permission, PolicyParts, Role, Rule, Settings, Switch,
    TeamAdditions,
};
use pullgate_reference::{GatewayNames, Reference, Registry, Repository};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-26T02:00:00Z";

fn acme() -> PolicyParts {
    let mut settings = Settings::default();
    settings.iam.enabled = Switch::On;
    settings.iam.allowlist = Switch::On;
    settings.iam.verified_publisher = Permission::Allowed;
    let exception = |repository: &str, covers, ends_at: &str| Exception {
        repository: repository.parse().unwrap(),
        covers,
        ends_at: at(ends_at),
    };
    PolicyParts {
        organization: "acme".parse().unwrap(),
        namespaces: vec!["docker.io/acme/**".parse().unwrap()],
        settings,
        allowlist: vec!["docker.io/handy/tool".parse().unwrap()],
        exceptions: vec![
            exception(
                "docker.io/for/all",
                Covers::Organization,
                "2026-11-26T03:00:00Z",
            ),
            exception(
                "docker.io/for/mia",
                Covers::Person("mia".parse().unwrap()),
                "2026-12-01T00:00:00Z",
            ),
            exception(
                "docker.io/for/max",
                Covers::Person("max".parse().unwrap()),
                "2026-12-01T00:00:00Z",
            ),
            exception(
                "docker.io/for/ops",
                Covers::Team("ops".parse().unwrap()),
                "2026-12-01T00:00:00Z",
            ),
            exception(
                "docker.io/for/qa",
                Covers::Team("qa".parse().unwrap()),
                "2026-12-01T00:00:00Z",
            ),
        ],
        teams: [("ops", "docker.io/ops/**"), ("qa", "docker.io/qa/**")]
            .into_iter()
            .map(|(team, pattern)| {
                let additions = TeamAdditions {
                    allowlist: vec![pattern.parse().unwrap()],
                    categories: Vec::new(),
                };
                (team.parse().unwrap(), additions)
            })
            .collect(),
    }
}

/// mia's, who is in acme's team ops.
fn bundle() -> Bundle {
    let teams = vec!["ops".parse().unwrap()];
    let person = "mia".parse().unwrap();
    Bundle {
        made_at: at(NOW),
        ends_at: at("2026-11-27T02:00:00Z"),
        console: Some("https://pullgate.acme.example".to_owned()),
        gateway: GatewayNames::new(
            [Registry::parse("registry.acme.example:5000").unwrap()],
            [(
                "ghcr.acme.example".to_owned(),
                Registry::parse("ghcr.io").unwrap(),
            )],
        ),
        belongs_to: vec![Belonging {
            organization: "acme".parse().unwrap(),
            role: Role::Member,
            policy: Some(BundledPolicy::of(acme(), &person, &teams)),
            teams,
        }],
        badges: vec![KnownBadge {
            namespace: "bitnami".to_owned(),
            badge: Badge::VerifiedPublisher,
            usable_until: at("2026-11-26T12:00:00Z"),
        }],
        person,
    }
}

/// As it is after the way to the machine.
fn carried(bundle: &Bundle) -> Ready {
    let text = serde_json::to_string(bundle).unwrap();
    let read: Bundle = serde_json::from_str(&text).unwrap();
    assert_eq!(read, *bundle);
    read.into()
}

fn decide(ready: &Ready, name: &str, when: &str) -> (Outcome, Rule) {
    let repository = Repository::parse(name).unwrap();
    let verdict = ready.decide(&repository, at(when));
    (verdict.outcome, verdict.rule)
}

#[test]
fn a_machine_decides_as_the_server_does() {
    let ready = carried(&bundle());
    for (name, outcome, rule) in [
        ("nginx", Outcome::Allowed, Rule::Official),
        ("acme/app", Outcome::Allowed, Rule::OrganizationImage),
        ("handy/tool", Outcome::Allowed, Rule::Allowlist),
        ("ops/tool", Outcome::Allowed, Rule::Allowlist),
        ("for/all", Outcome::Allowed, Rule::Exception),
        ("for/mia", Outcome::Allowed, Rule::Exception),
        ("for/ops", Outcome::Allowed, Rule::Exception),
        ("bitnami/redis", Outcome::Allowed, Rule::VerifiedPublisher),
        ("qa/tool", Outcome::Denied, Rule::Community),
        ("for/max", Outcome::Denied, Rule::Community),
        ("for/qa", Outcome::Denied, Rule::Community),
        ("evil/miner", Outcome::Denied, Rule::Community),
        ("ghcr.io/org/app", Outcome::Denied, Rule::Community),
        // A badge of Docker Hub says nothing of other registries.
        ("ghcr.io/bitnami/redis", Outcome::Denied, Rule::Community),
    ] {
        assert_eq!(decide(&ready, name, NOW), (outcome, rule), "{name}");
    }
}

#[test]
fn what_ends_while_the_server_is_away_has_ended() {
    let ready = carried(&bundle());
    let later = "2026-11-26T13:00:00Z";
    assert_eq!(decide(&ready, "nginx", later).0, Outcome::Allowed);
    assert_eq!(decide(&ready, "for/all", later).0, Outcome::Denied);
    assert_eq!(decide(&ready, "bitnami/redis", later).0, Outcome::Denied);
    let end = "2026-11-26T12:00:00Z";
    assert_eq!(decide(&ready, "bitnami/redis", end).0, Outcome::Denied);
}

#[test]
fn it_says_for_whom_it_is_and_where_it_comes_from() {
    let bundle = bundle();
    let ready = carried(&bundle);
    assert_eq!(*ready.person(), bundle.person);
    assert_eq!(ready.made_at(), bundle.made_at);
    assert_eq!(ready.console(), Some("https://pullgate.acme.example"));
    assert_eq!(*ready.gateway(), bundle.gateway);
    let organizations: Vec<_> = ready.organizations().collect();
    assert_eq!(organizations, [&"acme".parse().unwrap()]);
}

#[test]
fn beyond_its_end_and_by_a_clock_that_was_set_back_everything_is_denied() {
    let ready = carried(&bundle());
    for when in [
        "2026-11-27T02:00:00Z",
        "2027-01-01T00:00:00Z",
        "2026-11-26T01:58:00Z",
    ] {
        for name in ["nginx", "acme/app"] {
            let denied = (Outcome::Denied, Rule::PolicyUnavailable);
            assert_eq!(decide(&ready, name, when), denied, "{name} {when}");
        }
    }
    let slow = at(NOW) - SignedDuration::from_secs(30);
    assert!(ready.holds_at(slow), "a clock may be a little behind");
}

#[test]
fn a_policy_that_could_not_be_read_denies() {
    let mut bundle = bundle();
    bundle.belongs_to[0].policy = None;
    let ready = carried(&bundle);
    assert_eq!(
        decide(&ready, "nginx", NOW),
        (Outcome::Denied, Rule::PolicyUnavailable)
    );
}

#[test]
fn who_belongs_to_nothing_any_more_is_denied() {
    let mut bundle = bundle();
    bundle.belongs_to.clear();
    let ready = carried(&bundle);
    assert_eq!(
        decide(&ready, "nginx", NOW),
        (Outcome::Denied, Rule::NoOrganization)
    );
}

#[test]
fn what_concerns_others_is_not_taken_along() {
    let text = serde_json::to_string(&bundle()).unwrap();
    for other in ["max", "for/qa", "docker.io/qa/**"] {
        assert!(!text.contains(other), "{other} in {text}");
    }
}

#[test]
fn an_image_that_is_named_by_the_gateway_is_the_upstreams() {
    let gateway = bundle().gateway;
    for (written, meant) in [
        (
            "registry.acme.example:5000/evil/miner:1",
            "docker.io/evil/miner",
        ),
        (
            "registry.acme.example:5000/nginx",
            "docker.io/library/nginx",
        ),
        (
            "registry.acme.example:5000/library/nginx",
            "docker.io/library/nginx",
        ),
        (
            "registry.acme.example:5000/ghcr.io/org/app",
            "ghcr.io/org/app",
        ),
        (
            "registry.acme.example:5000/index.docker.io/evil/miner",
            "docker.io/evil/miner",
        ),
        (
            "REGISTRY.acme.example:5000/nginx",
            "docker.io/library/nginx",
        ),
        ("ghcr.acme.example/org/app", "ghcr.io/org/app"),
        ("ghcr.acme.example:5000/org/app", "ghcr.io/org/app"),
        (
            "registry.acme.example.evil.example:5000/nginx",
            "registry.acme.example.evil.example:5000/nginx",
        ),
        (
            "registry.acme.example:5001/nginx",
            "registry.acme.example:5001/nginx",
        ),
        ("registry.acme.example/nginx", "registry.acme.example/nginx"),
        ("nginx", "docker.io/library/nginx"),
    ] {
        let reference: Reference = written.parse().unwrap();
        let repository = gateway.repository(&reference).unwrap();
        assert_eq!(repository.as_str(), meant, "{written}");
    }
}
