//! Namespaces: read by who belongs to the organization, given and taken by
//! who looks after the site.

use pullgate_store::{Actor, SiteRole};
use serde_json::{Value, json};

use crate::world::{World, username};

const NAMESPACES: &str = "/api/v1/orgs/acme/namespaces";

async fn with_an_administrator() -> World {
    let world = World::new().await;
    world
        .store
        .set_site_role(
            &username("sam"),
            SiteRole::Administrator,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    world
}

fn patterns(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().unwrap().iter();
    results
        .map(|item| item["pattern"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_site_gives_and_takes_and_the_organization_reads() {
    let world = with_an_administrator().await;
    for pattern in ["docker.io/acme", "ghcr.io/acme/**", "ghcr.io/acme"] {
        let answer = world
            .post("sam", NAMESPACES, &json!({"pattern": pattern}))
            .await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    for who in ["olivia", "mia", "sam"] {
        let page = world.get(who, NAMESPACES).await.body;
        assert_eq!(
            patterns(&page),
            ["docker.io/acme/**", "ghcr.io/acme/**"],
            "{who}"
        );
    }
    let which = format!("{NAMESPACES}?pattern=ghcr.io/acme/**");
    assert_eq!(world.delete("sam", &which).await.status, 204);
    assert_eq!(world.delete("sam", &which).await.status, 404);
    let page = world.get("olivia", NAMESPACES).await.body;
    assert_eq!(patterns(&page), ["docker.io/acme/**"]);
}

#[tokio::test]
async fn nobody_takes_the_namespaces_of_others() {
    let world = with_an_administrator().await;
    let others = "/api/v1/orgs/other/namespaces";
    world
        .post("sam", others, &json!({"pattern": "ghcr.io/other"}))
        .await;
    // An owner gives their organization none, free or taken, and is not told
    // which it is.
    let mut answers = Vec::new();
    for pattern in ["ghcr.io/other/app", "ghcr.io/free"] {
        let answer = world
            .post("olivia", NAMESPACES, &json!({"pattern": pattern}))
            .await;
        assert_eq!(answer.status, 403);
        answers.push(answer.text);
    }
    assert_eq!(answers[0], answers[1]);
    let taken = world
        .post("sam", NAMESPACES, &json!({"pattern": "ghcr.io/other/app"}))
        .await;
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("belongs to another organization"));
    let which = format!("{NAMESPACES}?pattern=ghcr.io/other/**");
    assert_eq!(world.delete("sam", &which).await.status, 404);
    assert_eq!(world.get("oscar", others).await.body["count"], 1);
}

#[tokio::test]
async fn others_learn_nothing_and_members_change_nothing() {
    let world = with_an_administrator().await;
    let new = json!({"pattern": "ghcr.io/acme"});
    let which = format!("{NAMESPACES}?pattern=ghcr.io/acme/**");
    for (who, status) in [("olivia", 403), ("mia", 403), ("oscar", 404), ("", 401)] {
        assert_eq!(
            world.post(who, NAMESPACES, &new).await.status,
            status,
            "{who}"
        );
        assert_eq!(world.delete(who, &which).await.status, status, "{who}");
    }
    for (who, status) in [("oscar", 404), ("", 401)] {
        assert_eq!(world.get(who, NAMESPACES).await.status, status, "{who}");
    }
    let nowhere = world
        .post("sam", "/api/v1/orgs/nowhere/namespaces", &new)
        .await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn what_is_everybodys_is_no_organizations() {
    let world = with_an_administrator().await;
    for pattern in [
        "docker.io",
        "library/*",
        "docker.io/library/nginx",
        "ghcr.io/*/app",
        "",
    ] {
        let answer = world
            .post("sam", NAMESPACES, &json!({"pattern": pattern}))
            .await;
        assert_eq!(answer.status, 400, "{pattern}: {answer:?}");
    }
    assert_eq!(world.get("sam", NAMESPACES).await.body["count"], 0);
}
