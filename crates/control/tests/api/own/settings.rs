//! All settings, changed as a whole and in part, by several at once.

use http::Method;
use http::header::ETAG;
use serde_json::{Value, json};

use crate::world::{Answer, World};

const SETTINGS: &str = "/api/v1/orgs/acme/policy/settings";

fn etag(answer: &Answer) -> &str {
    answer.headers[ETAG].to_str().unwrap()
}

/// Olivia asks, if the settings are still as the tag says.
async fn if_match(world: &World, method: Method, tag: &str, body: &Value) -> Answer {
    let session = world.session("olivia");
    let headers = [("If-Match", tag)];
    world
        .ask_saying(method, Some(&session), SETTINGS, &headers, Some(body))
        .await
}

#[tokio::test]
async fn an_owner_sets_all_of_it_and_a_member_reads_it() {
    let world = World::new().await;
    let first = world.get("mia", SETTINGS).await;
    assert_eq!((first.status, etag(&first)), (200, "\"1\""));
    let wanted = json!({
        "iam": {
            "enabled": "on", "mode": "monitor", "official": "allowed",
            "verified_publisher": "restricted", "sponsored_oss": "allowed", "allowlist": "on",
        },
        "ram": {
            "enabled": "on", "mode": "enforce", "docker_hub": "allowed",
            "registries": ["ghcr.io"],
        },
        "trusted": ["quay.io/prometheus/*"],
    });
    let answer = world.put("olivia", SETTINGS, &wanted).await;
    assert_eq!((answer.status, &answer.body), (200, &wanted));
    assert_eq!(etag(&answer), "\"2\"");
    let read = world.get("mia", SETTINGS).await;
    assert_eq!((&read.body, etag(&read)), (&wanted, "\"2\""));
    // What Docker Hub's own path says is the same.
    let hub = world.get("mia", "/v2/orgs/acme/settings").await.body;
    assert_eq!(hub["restricted_images"]["enabled"], true);
}

#[tokio::test]
async fn a_part_is_changed_and_the_rest_stays() {
    let world = World::new().await;
    for (patch, pointer) in [
        (
            json!({"iam": {"sponsored_oss": "allowed"}}),
            "/iam/sponsored_oss",
        ),
        (json!({"iam": {"mode": "monitor"}}), "/iam/mode"),
        (json!({"ram": {"mode": "monitor"}}), "/ram/mode"),
        (
            json!({"ram": {"registries": ["ghcr.io"]}}),
            "/ram/registries",
        ),
        (json!({"trusted": ["quay.io/x/**"]}), "/trusted"),
    ] {
        let mut expected = world.get("olivia", SETTINGS).await.body;
        let wanted = patch.pointer(pointer).unwrap();
        assert_ne!(expected.pointer(pointer), Some(wanted), "{pointer}");
        *expected.pointer_mut(pointer).unwrap() = wanted.clone();
        let answer = world.patch("olivia", SETTINGS, &patch).await;
        assert_eq!((answer.status, &answer.body), (200, &expected), "{patch}");
        assert_eq!(world.get("mia", SETTINGS).await.body, expected);
    }
}

#[tokio::test]
async fn who_comes_second_is_told_so() {
    let world = World::new().await;
    let read = world.get("olivia", SETTINGS).await;
    let tag = etag(&read).to_owned();
    let first = json!({"iam": {"enabled": "on"}});
    let answer = if_match(&world, Method::PATCH, &tag, &first).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let before = world.get("olivia", SETTINGS).await;
    for (method, body) in [
        (Method::PATCH, &json!({"iam": {"official": "restricted"}})),
        (Method::PUT, &read.body),
    ] {
        for outdated in [&tag, "\"1\", \"7\"", "W/\"2\""] {
            let answer = if_match(&world, method.clone(), outdated, body).await;
            assert_eq!(answer.status, 412, "{outdated}: {answer:?}");
            assert!(answer.text.contains("in the meantime"), "{}", answer.text);
        }
    }
    assert_eq!(world.get("olivia", SETTINGS).await.body, before.body);
    for (current, expected) in [("*", 200), ("\"9\", \"2\"", 200), ("2", 400), ("", 400)] {
        let answer = if_match(&world, Method::PATCH, current, &first).await;
        assert_eq!(answer.status, expected, "{current}");
    }
}

#[tokio::test]
async fn of_many_who_read_the_same_one_wins() {
    let world = World::new().await;
    let wins = |answers: &[Answer]| answers.iter().filter(|answer| answer.status == 200).count();
    let bodies =
        ["quay.io/a/*", "quay.io/b/*", "quay.io/c/*"].map(|name| json!({"trusted": [name]}));
    let [first, second, third] = &bodies;
    let (first, second, third) = tokio::join!(
        if_match(&world, Method::PATCH, "\"1\"", first),
        if_match(&world, Method::PATCH, "\"1\"", second),
        if_match(&world, Method::PATCH, "\"1\"", third),
    );
    let answers = [first, second, third];
    assert_eq!(wins(&answers), 1, "{answers:?}");
    let lost = answers.iter().filter(|answer| answer.status == 412);
    assert_eq!(lost.count(), 2);
}

#[tokio::test]
async fn a_member_changes_nothing_and_others_learn_nothing() {
    let world = World::new().await;
    let before = world.get("olivia", SETTINGS).await.body;
    let patch = json!({"iam": {"enabled": "on"}});
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        for answer in [
            world.patch(who, SETTINGS, &patch).await,
            world.put(who, SETTINGS, &before).await,
        ] {
            assert_eq!(answer.status, status, "{who}");
            assert!(!answer.headers.contains_key(ETAG));
        }
    }
    for (who, status) in [("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(world.get(who, SETTINGS).await.status, status, "{who}");
    }
    let nowhere = world
        .get("oscar", "/api/v1/orgs/nowhere/policy/settings")
        .await;
    let theirs = world.get("oscar", SETTINGS).await;
    assert_eq!(
        nowhere.text.replace("nowhere", "acme"),
        theirs.text,
        "nobody can tell one of others from none"
    );
    assert_eq!(world.get("olivia", SETTINGS).await.body, before);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_reason() {
    let world = World::new().await;
    let before = world.get("olivia", SETTINGS).await.body;
    let with = |pointer: &str, value: Value| {
        let mut body = before.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let mut incomplete = before.clone();
    incomplete["iam"]
        .as_object_mut()
        .unwrap()
        .remove("allowlist");
    let mut more = before.clone();
    more["iam"]["community"] = json!("allowed");
    for (body, why) in [
        (incomplete, "allowlist"),
        (more, "community"),
        (with("/iam/enabled", json!(true)), "iam.enabled"),
        (with("/iam/mode", json!("relaxed")), "relaxed"),
        (
            with("/trusted", json!(["docker.io/evil/*"])),
            "allowlist instead",
        ),
        (with("/trusted", json!(["Ghcr.io/UPPER/*"])), "uppercase"),
        (
            with("/ram/registries", json!(["docker.io"])),
            "switch of its own",
        ),
        (
            with("/ram/registries", json!(["not a host"])),
            "no registry",
        ),
    ] {
        let answer = world.put("olivia", SETTINGS, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
    }
    let many: Vec<String> = (0..101)
        .map(|number| format!("r{number}.example"))
        .collect();
    let patch = json!({"ram": {"registries": many}});
    assert_eq!(world.patch("olivia", SETTINGS, &patch).await.status, 400);
    let unknown = json!({"community": "allowed"});
    assert_eq!(world.patch("olivia", SETTINGS, &unknown).await.status, 400);
    assert_eq!(world.get("olivia", SETTINGS).await.body, before);
}
