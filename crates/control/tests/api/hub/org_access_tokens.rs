//! Access tokens of organizations: their owners' business, and bound by the
//! organization's policy.

use http::Method;
use pullgate_identity::{Secret, Subject};
use pullgate_policy::{Outcome, Rule, Switch};
use pullgate_store::Actor;
use serde_json::{Value, json};

use crate::world::{Answer, World, organization};

const TOKENS: &str = "/v2/orgs/acme/access-tokens";

fn path(created: &Answer) -> String {
    assert_eq!(created.status, 201, "{}", created.text);
    format!("{TOKENS}/{}", created.body["id"].as_str().unwrap())
}

fn secret(created: &Answer) -> Secret {
    Secret::new(created.body["token"].as_str().unwrap())
}

async fn machine(world: &World, created: &Answer) -> Subject {
    let secret = secret(created);
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let signed_in = world.identity.sign_in("acme", &secret, here).await;
    signed_in.unwrap()
}

/// The exact calls of Docker's Terraform provider.
#[tokio::test]
async fn an_owner_makes_reads_changes_and_deletes_one() {
    let world = World::new().await;
    let resources = json!([{"type": "TYPE_REPO", "path": "acme/app", "scopes": ["repo-pull"]}]);
    let order = json!({
        "label": "ci", "description": "for the pipeline", "resources": resources,
        "expires_at": "2039-12-31T23:59:59Z",
    });
    let created = world.post("olivia", TOKENS, &order).await;
    let path = path(&created);
    assert!(created.body["token"].as_str().unwrap().starts_with("pgo_"));
    for (field, value) in [
        ("label", json!("ci")),
        ("description", json!("for the pipeline")),
        ("resources", resources.clone()),
        ("expires_at", json!("2039-12-31T23:59:59Z")),
        ("created_by", json!("olivia")),
        ("is_active", json!(true)),
        ("last_used_at", Value::Null),
    ] {
        assert_eq!(created.body[field], value, "{field}");
    }
    let mut detail = created.body.clone();
    detail.as_object_mut().unwrap().remove("token");
    assert_eq!(world.get("olivia", &path).await.body, detail);

    let listed = world.get("olivia", TOKENS).await.body;
    let mut short = detail.clone();
    for field in ["description", "resources"] {
        short.as_object_mut().unwrap().remove(field);
    }
    let expected = json!({"total": 1, "next": null, "previous": null, "results": [short]});
    assert_eq!(listed, expected);

    let moved = json!([{"type": "TYPE_REPO", "path": "acme/*", "scopes": ["scope-image-pull"]}]);
    let change = json!({"label": "ci-2", "description": "", "resources": moved});
    let changed = world.patch("olivia", &path, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    detail["label"] = json!("ci-2");
    detail["description"] = json!("");
    detail["resources"] = moved;
    assert_eq!(changed.body, detail);
    assert_eq!(world.get("olivia", &path).await.body, detail);

    assert_eq!(world.delete("olivia", &path).await.status, 204);
    assert_eq!(world.get("olivia", &path).await.status, 404);
    assert_eq!(world.delete("olivia", &path).await.status, 404);
    assert_eq!(world.get("olivia", TOKENS).await.body["total"], 0);
}

/// CVE-2022-31666 and its like: another organization's objects by their id.
#[tokio::test]
async fn a_member_may_not_and_to_others_there_is_no_such_organization() {
    let world = World::new().await;
    let created = world.post("olivia", TOKENS, &json!({"label": "ci"})).await;
    let path = path(&created);
    let foreign = path.replace("/acme/", "/other/");
    let off = json!({"is_active": false});
    for (who, path, status) in [
        ("mia", &path, 403),
        ("oscar", &path, 404),
        ("sam", &path, 404),
        ("", &path, 401),
        ("oscar", &foreign, 404),
    ] {
        for (method, body) in [
            (Method::GET, None),
            (Method::PATCH, Some(&off)),
            (Method::DELETE, None),
        ] {
            let answer = world.ask(method.clone(), who, path, body).await;
            assert_eq!(answer.status, status, "{who:?} {method}: {}", answer.text);
        }
    }
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(world.get(who, TOKENS).await.status, status, "{who:?}");
        let answer = world.post(who, TOKENS, &json!({"label": "mine"})).await;
        assert_eq!(answer.status, status, "{who:?}");
    }
    assert_eq!(world.get("olivia", &path).await.body["is_active"], true);
    assert_eq!(
        world
            .get("oscar", "/v2/orgs/other/access-tokens")
            .await
            .body["total"],
        0
    );
}

#[tokio::test]
async fn an_owners_access_token_reads_them_and_makes_none() {
    let world = World::new().await;
    let created = world.post("olivia", TOKENS, &json!({"label": "ci"})).await;
    let path = path(&created);
    for (scope, reads) in [("repo:admin", 200), ("repo:read", 403)] {
        let order = json!({"token_label": scope, "scopes": [scope]});
        let personal = world.post("olivia", "/v2/access-tokens", &order).await;
        let personal = personal.body["token"].as_str().unwrap();
        let session = world.sign_in("olivia", personal).await;
        for (method, path, body, status) in [
            (Method::GET, TOKENS, None, reads),
            (Method::GET, &path, None, reads),
            (Method::POST, TOKENS, Some(json!({"label": "x"})), 403),
            (Method::PATCH, &path, Some(json!({"is_active": false})), 403),
            (Method::DELETE, &path, None, 403),
        ] {
            let answer = world.ask_with(method.clone(), Some(&session), path, body.as_ref());
            let answer = answer.await;
            assert_eq!(answer.status, status, "{scope} {method}: {}", answer.text);
        }
    }
    // And the organization's own token administrates nothing at all.
    let session = world.sign_in("acme", secret(&created).expose()).await;
    for path in [TOKENS, path.as_str(), "/v2/access-tokens"] {
        let answer = world
            .ask_with(Method::GET, Some(&session), path, None)
            .await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_it_may_pull_is_what_its_resources_name_and_the_policy_allows() {
    let world = World::new().await;
    let on = |settings: &mut pullgate_policy::Settings| settings.iam.enabled = Switch::On;
    world
        .store
        .change_settings(&organization("acme"), &Actor::CommandLine, on)
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    let repo = |path: &str| json!({"type": "TYPE_REPO", "path": path, "scopes": ["repo-pull"]});
    for (resources, image, outcome, rule) in [
        (None, "nginx", Outcome::Allowed, Rule::Official),
        (None, "evil/miner", Outcome::Denied, Rule::Community),
        (
            Some(json!([repo("*/*")])),
            "nginx",
            Outcome::Allowed,
            Rule::Official,
        ),
        (
            Some(json!([repo("*/*")])),
            "evil/miner",
            Outcome::Denied,
            Rule::Community,
        ),
        (
            Some(json!([repo("*/*/public")])),
            "nginx",
            Outcome::Allowed,
            Rule::Official,
        ),
        (
            Some(json!([repo("library/nginx")])),
            "nginx",
            Outcome::Allowed,
            Rule::Official,
        ),
        (
            Some(json!([repo("library/nginx")])),
            "redis",
            Outcome::Denied,
            Rule::TokenResources,
        ),
        // A resource takes away and never gives.
        (
            Some(json!([repo("evil/*")])),
            "evil/miner",
            Outcome::Denied,
            Rule::Community,
        ),
        (
            Some(json!([])),
            "nginx",
            Outcome::Denied,
            Rule::TokenResources,
        ),
    ] {
        let mut order = json!({"label": "ci"});
        if let Some(resources) = &resources {
            order["resources"] = resources.clone();
        }
        let created = world.post("olivia", TOKENS, &order).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let machine = machine(&world, &created).await;
        let decision = world.door.explain(&machine, &image.parse().unwrap()).await;
        assert_eq!(
            (decision.outcome, decision.rule),
            (outcome, rule),
            "{resources:?} {image}"
        );
        assert_eq!(decision.organization, Some(organization("acme")));
    }
}

#[tokio::test]
async fn a_change_of_its_resources_holds_for_what_is_out() {
    let world = World::new().await;
    let created = world.post("olivia", TOKENS, &json!({"label": "ci"})).await;
    let path = path(&created);
    assert_eq!(
        created.body["resources"],
        json!([{"type": "TYPE_REPO", "path": "*/*", "scopes": ["repo-pull"]}])
    );
    let machine = machine(&world, &created).await;
    let nginx = "nginx".parse().unwrap();
    assert!(world.door.explain(&machine, &nginx).await.permits());
    let change =
        json!({"resources": [{"type": "TYPE_REPO", "path": "acme/app", "scopes": ["repo-pull"]}]});
    assert_eq!(world.patch("olivia", &path, &change).await.status, 200);
    let decision = world.door.explain(&machine, &nginx).await;
    assert_eq!(decision.rule, Rule::TokenResources);
}

#[tokio::test]
async fn what_cannot_be_made_gets_a_clear_error_and_makes_nothing() {
    let world = World::new().await;
    let repo = |path: &str| json!({"type": "TYPE_REPO", "path": path, "scopes": ["repo-pull"]});
    for body in [
        json!({}),
        json!({"label": ""}),
        json!({"label": "x".repeat(101)}),
        json!({"label": "x", "description": "x".repeat(1_001)}),
        json!({"label": "x", "resources": [repo("acme/*/x")]}),
        json!({"label": "x", "resources": [{"type": "TYPE_ALL", "path": "a/b", "scopes": []}]}),
        json!({"label": "x", "resources": vec![repo("acme/app"); 101]}),
        json!({"label": "x", "expires_at": "2020-01-01T00:00:00Z"}),
    ] {
        let answer = world.post("olivia", TOKENS, &body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(!answer.body["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(world.get("olivia", TOKENS).await.body["total"], 0);
}
