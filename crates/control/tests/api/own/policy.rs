//! A policy as a file: exported, applied, tried out, and lost by nobody.

use http::Method;
use http::header::{CONTENT_TYPE, ETAG};
use pullgate_store::{Action, Actor};
use serde_json::{Value, json};

use crate::world::{Answer, World, organization};

const POLICY: &str = "/api/v1/orgs/acme/policy";
const YAML: &str = "application/yaml";
const EXAMPLE: &str = include_str!("../../../../../docs/examples/policy-as-files/acme.yaml");

async fn apply(world: &World, who: &str, query: &str, text: &str) -> Answer {
    let path = format!("{POLICY}{query}");
    world.send(Method::PUT, who, &path, YAML, text).await
}

async fn yaml(world: &World, who: &str, query: &str) -> Answer {
    let session = world.session(who);
    let path = format!("{POLICY}{query}");
    let headers = [("Accept", YAML)];
    world
        .ask_saying(Method::GET, Some(&session), &path, &headers, None)
        .await
}

fn etag(answer: &Answer) -> String {
    answer.headers[ETAG].to_str().unwrap().to_owned()
}

fn differences(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = answer.body["differences"].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_owner_applies_what_a_member_exports() {
    let world = World::new().await;
    let done = apply(&world, "olivia", "", EXAMPLE).await;
    assert!(differences(&done).contains(&"Image Access Management: off → on"));
    let exported = yaml(&world, "mia", "").await;
    assert_eq!(exported.headers[CONTENT_TYPE], YAML);
    assert_eq!(exported.text.replace("namespaces: []\n\n", ""), EXAMPLE);
    assert_eq!(etag(&exported), etag(&done));
    // As JSON it is the same, and is applied as well.
    let json = world.get("mia", POLICY).await;
    assert_eq!(json.body["iam"]["enabled"], "on");
    for again in [
        apply(&world, "olivia", "", &exported.text).await,
        world.put("olivia", POLICY, &json.body).await,
    ] {
        assert_eq!(differences(&again), Vec::<&str>::new());
        assert_eq!(etag(&again), etag(&done));
    }
    // It holds from the next question on.
    let denied = world.get("mia", "/api/v1/explain?image=evil/miner").await;
    assert_eq!(denied.body["outcome"], "denied");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_changes_nothing() {
    let world = World::new().await;
    let before = yaml(&world, "olivia", "").await;
    let generation = world.store.generation().await.unwrap();
    let tried = apply(&world, "olivia", "?dry_run=true", EXAMPLE).await;
    assert_eq!(tried.body["dry_run"], true);
    assert_eq!(etag(&tried), etag(&before));
    assert_eq!(yaml(&world, "olivia", "").await.text, before.text);
    assert_eq!(world.store.generation().await.unwrap(), generation);
    let done = apply(&world, "olivia", "", EXAMPLE).await;
    assert_eq!(differences(&tried), differences(&done));
    let latest = world
        .store
        .changes(Some(&organization("acme")), None, 1)
        .await
        .unwrap();
    assert_eq!(latest[0].action, Action::PolicyApplied);
    assert_eq!(world.store.generation().await.unwrap(), generation + 1);
}

#[tokio::test]
async fn who_comes_second_is_told_so_and_changes_nothing() {
    let world = World::new().await;
    let session = world.session("olivia");
    let tried = apply(&world, "olivia", "?dry_run=true", EXAMPLE).await;
    let state = etag(&tried);
    let file = json!({
        "pullgate": "policy/v1", "organization": "acme", "trusted": ["quay.io/x/*"],
    });
    let if_state = async |state: &str| {
        let headers = [("If-Match", state)];
        world
            .ask_saying(Method::PUT, Some(&session), POLICY, &headers, Some(&file))
            .await
    };
    // Somebody puts something on the allowlist in between.
    let entry = json!({"entries": [{"pattern": "nginx"}]});
    world
        .post("mia", "/api/v1/orgs/acme/allowlist", &entry)
        .await;
    assert_eq!(
        if_state(&state).await.status,
        200,
        "a member changed nothing"
    );
    let done = if_state(&state).await;
    assert_eq!(done.status, 412, "{done:?}");
    assert!(done.text.contains("in the meantime"));
    let state = etag(&world.get("olivia", POLICY).await);
    world
        .post("olivia", "/api/v1/orgs/acme/allowlist", &entry)
        .await;
    assert_eq!(if_state(&state).await.status, 412);
    let state = etag(&world.get("olivia", POLICY).await);
    assert_eq!(if_state(&state).await.status, 200);
}

#[tokio::test]
async fn exceptions_are_left_alone_unless_the_file_has_them() {
    let world = World::new().await;
    let exceptions = |lines: Value| json!({"pullgate": "policy/v1", "organization": "acme", "exceptions": lines});
    let one = json!([{"repository": "docker.io/evil/miner", "user": "mia",
        "ends": "2099-12-31T00:00:00Z", "reason": "analysis"}]);
    let state = etag(&yaml(&world, "olivia", "").await);
    let done = world.put("olivia", POLICY, &exceptions(one.clone())).await;
    assert_eq!(
        differences(&done),
        ["exceptions: added docker.io/evil/miner for mia until 2099-12-31 00:00 (analysis)"]
    );
    // An export leaves them out, unless an owner asks for them.
    assert!(!yaml(&world, "olivia", "").await.text.contains("exceptions"));
    let with = world
        .get("olivia", &format!("{POLICY}?exceptions=included"))
        .await;
    assert_eq!(with.body["exceptions"], one);
    assert_eq!(
        yaml(&world, "mia", "?exceptions=included").await.status,
        403
    );
    // Whoever leaves them alone is not stopped by one that was made.
    let session = world.session("olivia");
    let headers = [("If-Match", state.as_str())];
    let silent =
        json!({"pullgate": "policy/v1", "organization": "acme", "trusted": ["quay.io/x/*"]});
    let answer = world
        .ask_saying(Method::PUT, Some(&session), POLICY, &headers, Some(&silent))
        .await;
    assert_eq!(differences(&answer), ["trusted: added quay.io/x/*"]);
    let empty = exceptions(json!([]));
    let answer = world
        .ask_saying(Method::PUT, Some(&session), POLICY, &headers, Some(&empty))
        .await;
    assert_eq!(answer.status, 412, "{answer:?}");
    let done = world.put("olivia", POLICY, &empty).await;
    assert!(differences(&done)[0].starts_with("exceptions: removed docker.io/evil/miner"));
}

#[tokio::test]
async fn members_and_strangers_apply_and_test_nothing() {
    let world = World::new().await;
    let before = yaml(&world, "olivia", "").await.text;
    let test = json!({"cases": [{"image": "nginx", "role": "owner", "outcome": "allowed"}]});
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404)] {
        for query in ["", "?dry_run=true"] {
            assert_eq!(
                apply(&world, who, query, EXAMPLE).await.status,
                status,
                "{who}"
            );
            // Not even what is wrong with a file.
            assert_eq!(apply(&world, who, query, "- nonsense").await.status, status);
        }
        let path = format!("{POLICY}/test");
        assert_eq!(world.post(who, &path, &test).await.status, status, "{who}");
        let read = if who == "mia" { 200 } else { status };
        assert_eq!(yaml(&world, who, "").await.status, read, "{who}");
    }
    assert_eq!(world.get("", POLICY).await.status, 401);
    assert_eq!(yaml(&world, "olivia", "").await.text, before);
}

#[tokio::test]
async fn an_owner_takes_no_namespace_by_a_file() {
    let world = World::new().await;
    let taken = "ghcr.io/other/**".parse().unwrap();
    world
        .store
        .add_namespace(&organization("other"), &taken, &Actor::CommandLine)
        .await
        .unwrap();
    let mut answers = Vec::new();
    for namespace in ["ghcr.io/other/app/**", "ghcr.io/free/**"] {
        let file = json!({
            "pullgate": "policy/v1", "organization": "acme", "namespaces": [namespace],
            "trusted": ["quay.io/x/*"],
        });
        for query in ["", "?dry_run=true"] {
            let answer = world
                .put("olivia", &format!("{POLICY}{query}"), &file)
                .await;
            assert_eq!(answer.status, 403, "{answer:?}");
            answers.push(answer.text);
        }
    }
    assert!(answers[0].contains("site administrator"), "{}", answers[0]);
    answers.dedup();
    assert_eq!(answers.len(), 1, "which are taken is told to nobody");
    assert_eq!(world.get("olivia", POLICY).await.body["trusted"], json!([]));
    // Those that there are may stand in the file.
    world
        .store
        .add_namespace(
            &organization("acme"),
            &"ghcr.io/acme/**".parse().unwrap(),
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    let file = world.get("olivia", POLICY).await.body;
    assert_eq!(file["namespaces"], json!(["ghcr.io/acme/**"]));
    assert_eq!(world.put("olivia", POLICY, &file).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_applied_is_refused_whole() {
    let world = World::new().await;
    let before = yaml(&world, "olivia", "?exceptions=included").await.text;
    let other = EXAMPLE.replace("organization: acme", "organization: other");
    let nobody = format!(
        "{EXAMPLE}\nexceptions:\n  - repository: evil/miner\n    user: sam\n    ends: 2099-12-31\n    reason: x\n"
    );
    for (text, status, part) in [
        (other.as_str(), 400, "for the organization other"),
        (&nobody, 404, "sam"),
        ("iam: [", 400, "line 1, column"),
        ("", 400, "the file is empty"),
    ] {
        for query in ["", "?dry_run=true"] {
            let answer = apply(&world, "olivia", query, text).await;
            assert_eq!(answer.status, status, "{text}: {answer:?}");
            assert!(answer.text.contains(part), "{part}: {}", answer.text);
        }
    }
    let plain = world
        .send(Method::PUT, "olivia", POLICY, "text/plain", EXAMPLE)
        .await;
    assert_eq!(plain.status, 400);
    let large = format!("{EXAMPLE}# {}", "x".repeat(2 * 1024 * 1024));
    assert_eq!(apply(&world, "olivia", "", &large).await.status, 413);
    assert_eq!(
        yaml(&world, "olivia", "?exceptions=included").await.text,
        before
    );
    // What is large and makes sense is taken.
    let large = format!("{EXAMPLE}# {}", "x".repeat(1024 * 1024));
    assert_eq!(apply(&world, "olivia", "", &large).await.status, 200);
}

#[test]
fn the_description_has_all_of_a_file() {
    let document = crate::document::document();
    let schemas = &document["components"]["schemas"];
    let policy = &schemas["PolicyDocument"];
    assert_eq!(policy["required"], json!(["pullgate", "organization"]));
    assert_eq!(policy["additionalProperties"], false);
    let iam = &policy["properties"]["iam"]["properties"];
    assert_eq!(iam["mode"]["enum"], json!(["enforce", "monitor"]));
    let team = &policy["properties"]["teams"]["additionalProperties"];
    assert!(team["properties"]["categories"].is_object(), "{policy}");
    let test = &schemas["PolicyTestDocument"]["properties"];
    assert!(test["policy"]["properties"]["iam"].is_object(), "{test}");
    let case = &test["cases"]["items"];
    assert_eq!(case["required"], json!(["image", "outcome"]));
}
