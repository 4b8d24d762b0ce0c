//! The switches of Image Access Management.

use serde_json::json;

use crate::world::World;

const SETTINGS: &str = "/v2/orgs/acme/settings";

#[tokio::test]
async fn an_owner_sets_what_a_member_reads() {
    let world = World::new().await;
    let wanted = json!({"restricted_images": {
        "enabled": true,
        "allow_official_images": true,
        "allow_verified_publishers": false,
    }});
    let answer = world.put("olivia", SETTINGS, &wanted).await;
    assert_eq!((answer.status, &answer.body), (200, &wanted));
    // As Docker's Terraform provider asks: with a slash at the end.
    let answer = world.get("mia", "/v2/orgs/acme/settings/").await;
    assert_eq!((answer.status, &answer.body), (200, &wanted));
}

#[tokio::test]
async fn a_member_changes_nothing_and_others_learn_nothing() {
    let world = World::new().await;
    let before = world.get("olivia", SETTINGS).await.body;
    let wanted = json!({"restricted_images": {
        "enabled": true,
        "allow_official_images": false,
        "allow_verified_publishers": false,
    }});
    for (who, status) in [("mia", 403), ("oscar", 404), ("", 401)] {
        assert_eq!(
            world.put(who, SETTINGS, &wanted).await.status,
            status,
            "{who}"
        );
    }
    assert_eq!(world.get("oscar", SETTINGS).await.status, 404);
    assert_eq!(world.get("", SETTINGS).await.status, 401);
    assert_eq!(world.get("olivia", SETTINGS).await.body, before);
}

#[tokio::test]
async fn all_three_switches_are_required() {
    let world = World::new().await;
    let before = world.get("olivia", SETTINGS).await.body;
    for body in [
        json!({}),
        json!({"enabled": true}),
        json!({"restricted_images": {"enabled": true}}),
        json!({"restricted_images": {"enabled": "yes", "allow_official_images": true, "allow_verified_publishers": true}}),
    ] {
        let answer = world.put("olivia", SETTINGS, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.body["detail"], answer.body["message"]);
    }
    assert_eq!(world.get("olivia", SETTINGS).await.body, before);
}
