//! A policy that names images by the gateway's own address would match nothing:
//! it is told so, wherever it is written.

use http::Method;
use pullgate_store::{Actor, SiteRole};
use serde_json::json;

use crate::world::{World, username};

/// Written by the gateway's address, and what is to be written for it.
const BY_GATEWAY: &str = "registry.acme.example/evil/*";
const MEANT: &str = "docker.io/evil/*";

#[tokio::test]
async fn every_place_for_a_pattern_says_what_to_write_instead() {
    let world = World::new().await;
    let administrator = SiteRole::Administrator;
    let olivia = username("olivia");
    let made = world
        .store
        .set_site_role(&olivia, administrator, &Actor::CommandLine);
    made.await.unwrap();
    world.door.reload().await.unwrap();
    let before = world.get("olivia", "/api/v1/orgs/acme/policy").await.body;
    let at = |path: &str| match path {
        "settings" => "/api/v1/orgs/acme/policy/settings".to_owned(),
        own => format!("/api/v1/orgs/acme/{own}"),
    };
    for (method, path, body) in [
        (
            Method::POST,
            "allowlist",
            json!({"entries": [{"pattern": BY_GATEWAY, "note": ""}]}),
        ),
        (Method::POST, "namespaces", json!({"pattern": BY_GATEWAY})),
        (Method::PATCH, "settings", json!({"trusted": [BY_GATEWAY]})),
        (
            Method::PUT,
            "teams/data/additions",
            json!({"allowlist": [BY_GATEWAY]}),
        ),
        (
            Method::PATCH,
            "teams/data/additions",
            json!({"add": {"allowlist": [BY_GATEWAY]}}),
        ),
        (
            Method::POST,
            "policy/preview",
            json!({"allowlist": {"add": [BY_GATEWAY]}}),
        ),
        (
            Method::POST,
            "policy/preview",
            json!({"settings": {"trusted": [BY_GATEWAY]}}),
        ),
    ] {
        let answer = world.ask(method, "olivia", &at(path), Some(&body)).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        let told = answer.body["message"].as_str().unwrap();
        assert!(
            told.contains("this gateway") && told.ends_with(MEANT),
            "{path}: {told}"
        );
    }
    for section in [
        format!("allowlist: [{{pattern: \"{BY_GATEWAY}\"}}]"),
        format!("trusted: [\"{BY_GATEWAY}\"]"),
        format!("namespaces: [\"{BY_GATEWAY}\"]"),
        format!("teams: {{data: {{allowlist: [\"{BY_GATEWAY}\"]}}}}"),
    ] {
        let file = format!("pullgate: policy/v1\norganization: acme\n{section}\n");
        for query in ["", "?dry_run=true"] {
            let path = at(&format!("policy{query}"));
            let answer = world
                .send(Method::PUT, "olivia", &path, "application/yaml", &file)
                .await;
            assert_eq!(answer.status, 400, "{section}: {answer:?}");
            let told = answer.body["message"].as_str().unwrap();
            assert!(told.ends_with(MEANT), "{section}: {told}");
        }
    }
    let after = world.get("olivia", "/api/v1/orgs/acme/policy").await.body;
    assert_eq!(after, before);
}
