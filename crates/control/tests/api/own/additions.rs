//! What a team is given beyond its organization's policy.

use pullgate_store::Actor;
use serde_json::{Value, json};

use crate::world::{World, organization};

const ADDITIONS: &str = "/api/v1/orgs/acme/teams/data/additions";

async fn with_a_team() -> World {
    let world = World::new().await;
    world
        .store
        .create_team(
            &organization("acme"),
            &"data".parse().unwrap(),
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    world
}

fn allowlist(patterns: &[&str]) -> Value {
    json!({"allowlist": patterns})
}

#[tokio::test]
async fn an_owner_gives_and_takes_and_a_member_reads() {
    let world = with_a_team().await;
    let wanted = json!({"allowlist": ["jupyter/*"], "categories": ["sponsored_oss"]});
    let answer = world.put("olivia", ADDITIONS, &wanted).await;
    let kept = json!({"allowlist": ["docker.io/jupyter/*"], "categories": ["sponsored_oss"]});
    assert_eq!((answer.status, &answer.body), (200, &kept));
    let patch = json!({
        "add": {"allowlist": ["ghcr.io/x/y", "docker.io/jupyter/*"], "categories": ["official"]},
        "remove": {"categories": ["sponsored_oss", "verified_publisher"]},
    });
    let answer = world.patch("olivia", ADDITIONS, &patch).await;
    let kept = json!({
        "allowlist": ["docker.io/jupyter/*", "ghcr.io/x/y"],
        "categories": ["official"],
    });
    assert_eq!((answer.status, &answer.body), (200, &kept));
    assert_eq!(world.get("mia", ADDITIONS).await.body, kept);
    let emptied = world.put("olivia", ADDITIONS, &json!({})).await.body;
    assert_eq!(emptied, json!({"allowlist": [], "categories": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_the_same_moment_lose_nothing() {
    let world = std::sync::Arc::new(with_a_team().await);
    let asking = (0..12).map(|number| {
        let world = std::sync::Arc::clone(&world);
        tokio::spawn(async move {
            let patch = json!({"add": allowlist(&[&format!("ghcr.io/team/app-{number}")])});
            world.patch("olivia", ADDITIONS, &patch).await.status
        })
    });
    let asking: Vec<_> = asking.collect();
    for answer in asking {
        assert_eq!(answer.await.unwrap(), 200);
    }
    let kept = world.get("olivia", ADDITIONS).await.body;
    assert_eq!(kept["allowlist"].as_array().unwrap().len(), 12, "{kept}");
}

#[tokio::test]
async fn only_owners_widen_and_only_insiders_read() {
    let world = with_a_team().await;
    let more = allowlist(&["evil/miner"]);
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        let patch = json!({"add": more});
        assert_eq!(
            world.put(who, ADDITIONS, &more).await.status,
            status,
            "{who}"
        );
        assert_eq!(
            world.patch(who, ADDITIONS, &patch).await.status,
            status,
            "{who}"
        );
        let read = if who == "mia" { 200 } else { status };
        assert_eq!(world.get(who, ADDITIONS).await.status, read, "{who}");
    }
    let kept = world.get("olivia", ADDITIONS).await.body;
    assert_eq!(kept["allowlist"], json!([]));
}

#[tokio::test]
async fn what_is_no_team_and_no_addition_is_refused() {
    let world = with_a_team().await;
    let nobodys = "/api/v1/orgs/acme/teams/ops/additions";
    let owners = "/api/v1/orgs/acme/teams/owners/additions";
    let more = allowlist(&["evil/miner"]);
    assert_eq!(world.get("olivia", nobodys).await.status, 404);
    assert_eq!(world.put("olivia", nobodys, &more).await.status, 404);
    assert_eq!(world.get("olivia", owners).await.status, 404);
    assert_eq!(world.put("olivia", owners, &more).await.status, 409);
    assert_eq!(
        world
            .patch("olivia", owners, &json!({"add": more}))
            .await
            .status,
        409
    );
    for (body, why) in [
        (json!({"categories": ["community"]}), "community"),
        (json!({"allowlist": ["**"]}), "wildcard"),
        (json!({"images": []}), "images"),
        // By serde's own reading an object of nothing, which takes all away.
        (json!([]), "has to be a JSON object"),
    ] {
        let answer = world.put("olivia", ADDITIONS, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
    }
}
