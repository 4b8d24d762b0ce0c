//! What a change of the policy would do.

use pullgate_identity::Subject;
use pullgate_store::Actor;
use serde_json::{Value, json};

use super::pulls::{person, pulled};
use crate::world::{World, organization};

const PREVIEW: &str = "/api/v1/orgs/acme/policy/preview";

/// Image Access Management is on in both organizations, and everybody has
/// pulled something.
async fn busy() -> World {
    let world = World::new().await;
    for name in ["acme", "other"] {
        let on = |settings: &mut pullgate_policy::Settings| {
            settings.iam.enabled = pullgate_policy::Switch::On;
            settings.iam.allowlist = pullgate_policy::Switch::On;
        };
        world
            .store
            .change_settings(&organization(name), &Actor::CommandLine, on)
            .await
            .unwrap();
    }
    world.door.catch_up().await.unwrap();
    let network = Subject::Anonymous {
        organization: organization("acme"),
    };
    for (subject, image) in [
        (person(&world, "mia"), "nginx"),
        (person(&world, "mia"), "nginx"),
        (network, "nginx"),
        (person(&world, "olivia"), "nginx"),
        (person(&world, "mia"), "quay.io/a/tool"),
        (person(&world, "oscar"), "nginx"),
        (person(&world, "oscar"), "quay.io/secret/tool"),
        (Subject::Stranger, "nginx"),
    ] {
        pulled(&world, &subject, image).await;
    }
    world
}

fn names<'a>(change: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    let results = change[list]["results"].as_array().unwrap();
    results
        .iter()
        .map(|it| it[field].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_owner_reads_whom_a_change_would_stop() {
    let world = busy().await;
    let before = world.get("olivia", "/v2/orgs/acme/settings").await.body;
    let draft = json!({"settings": {"iam": {"official": "restricted"}}});
    let answer = world.post("olivia", PREVIEW, &draft).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = &answer.body;
    assert_eq!(
        (&told["organization"], &told["replayed"]),
        (&json!("acme"), &json!(5))
    );
    assert_eq!(
        told["recorded"],
        json!({"allowed": 4, "monitored": 0, "denied": 1})
    );
    assert_eq!(told["now"], told["recorded"]);
    assert_eq!(
        told["draft"],
        json!({"allowed": 1, "monitored": 0, "denied": 4})
    );
    let denied = &told["newly_denied"];
    assert_eq!(denied["decisions"], 3);
    assert_eq!(
        names(denied, "repositories", "repository"),
        ["docker.io/library/nginx"]
    );
    assert_eq!(
        names(denied, "subjects", "subject"),
        ["person:mia", "anonymous:acme"]
    );
    assert_eq!(told["newly_allowed"]["decisions"], 0);
    assert_eq!(told["newly_allowed"]["last_at"], Value::Null);
    assert!(!answer.text.contains("oscar") && !answer.text.contains("secret"));
    // Nothing was changed by asking.
    let after = world.get("olivia", "/v2/orgs/acme/settings").await.body;
    assert_eq!(after, before);
}

#[tokio::test]
async fn allowlist_and_teams_are_parts_of_a_draft() {
    let world = busy().await;
    let draft = json!({"allowlist": {"add": ["quay.io/a/*"]}});
    let told = world.post("olivia", PREVIEW, &draft).await.body;
    assert_eq!(
        names(&told["newly_allowed"], "repositories", "repository"),
        ["quay.io/a/tool"]
    );
    let data = "data".parse().unwrap();
    let by = &Actor::CommandLine;
    let acme = organization("acme");
    world.store.create_team(&acme, &data, by).await.unwrap();
    let mia = "mia".parse().unwrap();
    world
        .store
        .add_team_member(&acme, &data, &mia, by)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    let draft = json!({"teams": {"data": {"allowlist": ["quay.io/a/tool"]}}, "limit": 1});
    let told = world.post("olivia", PREVIEW, &draft).await.body;
    let teams = &told["newly_allowed"]["teams"];
    assert_eq!(teams["total"], 1);
    assert_eq!(teams["results"][0]["team"], "data");
    assert_eq!(teams["results"][0]["people"], 1);
}

#[tokio::test]
async fn a_draft_that_cannot_be_is_refused_with_the_reason() {
    let world = busy().await;
    for (draft, named) in [
        (
            json!({"settings": {"iam": {"oficial": "allowed"}}}),
            "oficial",
        ),
        (
            json!({"settings": {"ram": {"registries": ["docker.io"]}}}),
            "docker.io",
        ),
        (
            json!({"allowlist": {"remove": ["evil/*"]}}),
            "not on the allowlist",
        ),
        (json!({"allowlist": {"add": ["*"]}}), "*"),
        (json!({"teams": {"ghosts": {}}}), "ghosts"),
        (
            json!({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}),
            "before",
        ),
        (json!({"limit": 0}), "1 to"),
        (json!({"sinc": "2026-01-02T00:00:00Z"}), "sinc"),
    ] {
        let answer = world.post("olivia", PREVIEW, &draft).await;
        assert_eq!(answer.status, 400, "{draft}: {answer:?}");
        assert!(answer.text.contains(named), "{draft}: {answer:?}");
    }
}

#[tokio::test]
async fn a_period_without_decisions_changes_nothing() {
    let world = busy().await;
    let draft = json!({
        "settings": {"iam": {"official": "restricted"}},
        "since": "2020-01-01T00:00:00Z",
        "until": "2020-02-01T00:00:00Z",
    });
    let told = world.post("olivia", PREVIEW, &draft).await.body;
    assert_eq!(told["replayed"], 0);
    assert_eq!(told["newly_denied"]["repositories"]["total"], 0);
    assert_eq!(told["until"], "2020-02-01T00:00:00Z");
}
