//! What site administrators see of the installation, and what others may know.

use jiff::{SignedDuration, Timestamp};
use pullgate_store::{Actor, SiteRole};
use serde_json::{Value, json};

use crate::world::{World, username};

const CATALOG: &str = "/api/v1/catalog";

/// sam looks after the site, and belongs to no organization.
async fn world() -> World {
    let world = World::new().await;
    let by = &Actor::CommandLine;
    world
        .store
        .set_site_role(&username("sam"), SiteRole::Administrator, by)
        .await
        .unwrap();
    world.door.reload().await.unwrap();
    world
}

fn catalog(namespaces: &[(&str, &str, Timestamp)]) -> Value {
    let namespaces = namespaces.iter().map(|(namespace, badge, learnt_at)| {
        json!({"namespace": namespace, "badge": badge, "learnt_at": learnt_at.to_string()})
    });
    json!({
        "version": 1,
        "exported_at": Timestamp::now().to_string(),
        "namespaces": namespaces.collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn what_one_site_exports_another_imports() {
    let (here, there) = (world().await, world().await);
    let yesterday = Timestamp::now() - SignedDuration::from_hours(24);
    let learnt = catalog(&[
        ("bitnami", "verified_publisher", yesterday),
        ("jupyter", "sponsored_oss", yesterday),
    ]);
    let imported = here.post("sam", CATALOG, &learnt).await;
    let report = json!({"imported": 2, "already_known": 0, "too_old": 0});
    assert_eq!((imported.status, imported.body), (200, report));
    let again = here.post("sam", CATALOG, &learnt).await;
    assert_eq!(again.body["already_known"], 2);

    let exported = here.get("sam", CATALOG).await;
    assert_eq!(exported.status, 200);
    assert_eq!(exported.body["namespaces"].as_array().unwrap().len(), 2);
    let imported = there.post("sam", CATALOG, &exported.body).await;
    assert_eq!(imported.body["imported"], 2, "{}", imported.text);

    // Anybody may look up what everybody can see on Docker Hub.
    let found = there.get("mia", "/api/v1/catalog/namespaces/bitnami").await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.body["badge"], "verified_publisher");
    assert_eq!(found.body["source"], "imported");
    let age = found.body["age"].as_i64().unwrap();
    assert!((86_400..87_000).contains(&age), "{age}");
    let unknown = there
        .get("mia", "/api/v1/catalog/namespaces/evil")
        .await
        .body;
    assert_eq!(
        (&unknown["badge"], &unknown["source"]),
        (&json!("unknown"), &json!("never_learnt"))
    );
    assert_eq!(
        (&unknown["learnt_at"], &unknown["age"]),
        (&Value::Null, &Value::Null)
    );
    for nothing in ["library", "UPPER", "a%2Fb"] {
        let path = format!("/api/v1/catalog/namespaces/{nothing}");
        assert_eq!(there.get("mia", &path).await.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn a_catalog_with_one_bad_entry_changes_nothing() {
    let world = world().await;
    let now = Timestamp::now();
    let tomorrow = now + SignedDuration::from_hours(24);
    let good = ("bitnami", "verified_publisher", now);
    for (document, says) in [
        (json!({}), "not a catalog"),
        (json!([]), "not a catalog"),
        (
            json!({"version": 2, "exported_at": now.to_string(), "namespaces": []}),
            "version 2",
        ),
        (catalog(&[good, ("jupyter", "gold", now)]), "entry 2"),
        (catalog(&[good, ("library", "none", now)]), "entry 2"),
        (catalog(&[good, ("bitnami", "none", now)]), "same namespace"),
        (
            catalog(&[good, ("jupyter", "none", tomorrow)]),
            "in the future",
        ),
    ] {
        let answer = world.post("sam", CATALOG, &document).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.text.contains(says), "{}", answer.text);
        assert!(
            answer.text.contains("nothing was imported"),
            "{}",
            answer.text
        );
    }
    let exported = world.get("sam", CATALOG).await.body;
    assert_eq!(exported["namespaces"], json!([]));
}

#[tokio::test]
async fn only_site_administrators_see_the_machinery() {
    let world = world().await;
    for path in [CATALOG, "/api/v1/cache", "/api/v1/upstreams"] {
        for (who, status) in [("olivia", 403), ("mia", 403), ("", 401)] {
            assert_eq!(world.get(who, path).await.status, status, "{who:?} {path}");
        }
    }
    // This API has no server around it.
    for path in ["/api/v1/cache", "/api/v1/upstreams"] {
        assert_eq!(world.get("sam", path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn whoever_has_signed_in_sees_by_which_policies_is_decided() {
    let world = world().await;
    let before = world.get("mia", "/api/v1/system").await;
    assert_eq!(
        (before.status, &before.body["policies"]),
        (200, &json!("current"))
    );
    assert!(before.body["version"].is_string());
    let settings = json!({"restricted_images": {
        "enabled": true, "allow_official_images": true, "allow_verified_publishers": true,
    }});
    world
        .put("olivia", "/v2/orgs/acme/settings", &settings)
        .await;
    let after = world.get("mia", "/api/v1/system").await.body;
    let generation = |body: &Value| body["generation"].as_i64().unwrap();
    assert_eq!(generation(&after), generation(&before.body) + 1);
    assert_eq!(world.get("", "/api/v1/system").await.status, 401);
}
