//! A policy tested, as it is and before it is applied.

use pullgate_policy::Badge;
use pullgate_store::Actor;
use serde_json::{Value, json};

use crate::world::{World, organization, username};

const TEST: &str = "/api/v1/orgs/acme/policy/test";

fn policy(sections: &Value) -> Value {
    let mut file = json!({"pullgate": "policy/v1", "organization": "acme"});
    for (section, value) in sections.as_object().unwrap() {
        file[section] = value.clone();
    }
    file
}

fn iam() -> Value {
    json!({
        "enabled": "on", "mode": "enforce", "official": "allowed",
        "verified_publisher": "restricted", "sponsored_oss": "restricted", "allowlist": "on",
    })
}

async fn with_a_team() -> World {
    let world = World::new().await;
    let (acme, data) = (organization("acme"), "data".parse().unwrap());
    let by = &Actor::CommandLine;
    world.store.create_team(&acme, &data, by).await.unwrap();
    world
        .store
        .add_team_member(&acme, &data, &username("mia"), by)
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    world.knows("bitnami", Badge::VerifiedPublisher).await;
    world.knows("evil", Badge::None).await;
    world
}

/// What became of each case: nothing if it was as it should be.
fn failures(report: &Value) -> Vec<Option<&str>> {
    let results = report["results"].as_array().unwrap().iter();
    results.map(|case| case["failure"].as_str()).collect()
}

#[tokio::test]
async fn who_is_asked_for_makes_the_difference() {
    let world = with_a_team().await;
    let file = policy(&json!({
        "iam": iam(),
        "teams": {"data": {"categories": ["verified_publisher"]}},
        "exceptions": [{"repository": "evil/miner", "user": "mia", "ends": "2099-12-31", "reason": "x"}],
    }));
    assert_eq!(
        world
            .put("olivia", "/api/v1/orgs/acme/policy", &file)
            .await
            .status,
        200
    );
    let cases = json!({"cases": [
        {"image": "nginx", "role": "member", "outcome": "allowed", "rule": "official", "category": "official"},
        {"image": "bitnami/redis", "role": "member", "outcome": "denied", "rule": "verified_publisher"},
        {"image": "bitnami/redis", "team": "data", "outcome": "allowed"},
        {"image": "bitnami/redis", "user": "mia", "outcome": "allowed"},
        {"image": "evil/miner:1.0", "user": "mia", "outcome": "allowed", "rule": "exception"},
        {"image": "evil/miner", "team": "data", "outcome": "denied", "category": "community"},
        {"image": "evil/miner", "role": "owner", "outcome": "allowed", "rule": "owner"},
        {"image": "evil/miner", "user": "olivia", "outcome": "allowed", "rule": "owner"},
    ]});
    let report = world.post("olivia", TEST, &cases).await;
    assert_eq!(report.status, 200, "{report:?}");
    assert_eq!(failures(&report.body), [None; 8], "{}", report.text);
    assert_eq!(
        (&report.body["passed"], &report.body["failed"]),
        (&json!(8), &json!(0))
    );
    assert_eq!(report.body["results"][2]["decision"]["team"], "data");
    assert_eq!(report.body["results"][2]["who"], "team data");
    // Asking is no pull.
    world.recorder.flush().await;
    let recorded = world
        .store
        .decisions(&pullgate_store::DecisionFilter::default())
        .await;
    assert_eq!(recorded.unwrap(), []);
}

#[tokio::test]
async fn what_is_not_as_it_should_be_is_said() {
    let world = with_a_team().await;
    let file = policy(&json!({"iam": iam()}));
    world.put("olivia", "/api/v1/orgs/acme/policy", &file).await;
    let cases = json!({"cases": [
        {"image": "evil/miner", "role": "member", "outcome": "allowed", "why": "we need it"},
        {"image": "nginx", "role": "member", "outcome": "allowed", "rule": "allowlist"},
        {"image": "never/seen", "role": "member", "outcome": "denied", "category": "verified_publisher"},
        {"image": "nginx", "user": "oscar", "outcome": "allowed"},
        {"image": "nginx", "user": "nobody", "outcome": "allowed"},
        {"image": "nginx", "team": "ops", "outcome": "allowed"},
    ]});
    let report = world.post("olivia", TEST, &cases).await.body;
    assert_eq!(
        failures(&report),
        [
            Some("expected allowed, and it is denied by the rule community"),
            Some("expected the rule allowlist, and it is official"),
            Some(
                "expected the category verified_publisher, and it is community, for Docker Hub has not answered"
            ),
            Some("acme has no active member oscar"),
            Some("acme has no active member nobody"),
            Some("acme has no team ops"),
        ]
    );
    assert_eq!(report["results"][0]["why"], "we need it");
    assert_eq!(report["failed"], 6);
}

#[tokio::test]
async fn a_policy_is_tested_before_it_is_applied() {
    let world = with_a_team().await;
    let before = world.get("olivia", "/api/v1/orgs/acme/policy").await.text;
    let case = |image: &str, team: &str, outcome: &str| json!({"image": image, "team": team, "outcome": outcome});
    // By the policy as it is everything may be pulled.
    let cases = json!({"cases": [case("evil/miner", "data", "allowed")]});
    let now = world.post("olivia", TEST, &cases).await.body;
    assert_eq!(now["failed"], 0, "{now}");
    let draft = policy(&json!({
        "iam": iam(),
        "allowlist": [{"pattern": "bitnami/*"}],
        "teams": {"new": {"allowlist": ["evil/miner"]}},
    }));
    let test = json!({"policy": draft, "cases": [
        case("evil/miner", "data", "denied"),
        case("bitnami/redis", "data", "allowed"),
        // A team that the file makes.
        case("evil/miner", "new", "allowed"),
    ]});
    let report = world.post("olivia", TEST, &test).await;
    assert_eq!(report.body["failed"], 0, "{}", report.text);
    // What the file leaves out is as it is.
    let trusted = json!({"trusted": ["quay.io/x/*"]});
    world
        .patch("olivia", "/api/v1/orgs/acme/policy/settings", &trusted)
        .await;
    let test = json!({"policy": policy(&json!({"iam": iam()})), "cases": [
        {"image": "quay.io/x/y", "role": "member", "outcome": "denied", "category": "verified_publisher"},
    ]});
    let report = world.post("olivia", TEST, &test).await;
    assert_eq!(report.body["failed"], 0, "{}", report.text);
    world
        .patch(
            "olivia",
            "/api/v1/orgs/acme/policy/settings",
            &json!({"trusted": []}),
        )
        .await;
    assert_eq!(
        world.get("olivia", "/api/v1/orgs/acme/policy").await.text,
        before
    );
}

#[tokio::test]
async fn what_is_no_test_is_refused() {
    let world = World::new().await;
    let case = json!({"image": "nginx", "role": "member", "outcome": "allowed"});
    let mut others = policy(&json!({}));
    others["organization"] = json!("other");
    for (test, part) in [
        (json!({}), "lacks cases"),
        (json!({"cases": []}), "at least one"),
        (json!({"cases": [case], "draft": {}}), "draft"),
        (
            json!({"cases": [case], "policy": {"pullgate": "policy/v1"}}),
            "lacks organization",
        ),
        (
            json!({"cases": [case], "policy": others}),
            "for the organization other",
        ),
        (json!({"cases": vec![case.clone(); 1_001]}), "1001 items"),
    ] {
        let answer = world.post("olivia", TEST, &test).await;
        assert_eq!(answer.status, 400, "{part}: {answer:?}");
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
}
