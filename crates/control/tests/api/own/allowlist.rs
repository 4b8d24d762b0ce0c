//! The allowlist.

use serde_json::{Value, json};

use crate::world::World;

const ALLOWLIST: &str = "/api/v1/orgs/acme/allowlist";

fn entries(entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter();
    let entries = entries.map(|(pattern, note)| json!({"pattern": pattern, "note": note}));
    json!({"entries": entries.collect::<Vec<_>>()})
}

fn patterns(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().unwrap().iter();
    results
        .map(|item| item["pattern"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_owner_adds_many_and_a_member_reads_them() {
    let world = World::new().await;
    let new = entries(&[("bitnami/*", "charts of the shop"), ("nginx", "")]);
    let answer = world.post("olivia", ALLOWLIST, &new).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.body["added"],
        json!(["docker.io/bitnami/*", "docker.io/library/nginx"])
    );
    let again = entries(&[
        ("docker.io/bitnami/*", "another note"),
        ("ghcr.io/acme/**", ""),
    ]);
    let answer = world.post("olivia", ALLOWLIST, &again).await;
    assert_eq!(answer.body["added"], json!(["ghcr.io/acme/**"]));
    assert_eq!(
        answer.body["already_listed"],
        json!(["docker.io/bitnami/*"])
    );

    let page = world.get("mia", ALLOWLIST).await.body;
    assert_eq!(page["count"], 3);
    let bitnami = &page["results"][0];
    assert_eq!(
        bitnami["note"], "charts of the shop",
        "the first note stays"
    );
    assert_eq!(bitnami["added_by"], "person:olivia");
    assert!(bitnami["added_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn each_entry_says_what_is_known_of_its_images() {
    let world = World::new().await;
    world
        .store
        .add_namespace(
            &"acme".parse().unwrap(),
            &"ghcr.io/acme/**".parse().unwrap(),
            &pullgate_store::Actor::CommandLine,
        )
        .await
        .unwrap();
    world
        .knows("bitnami", pullgate_policy::Badge::VerifiedPublisher)
        .await;
    let new = entries(&[
        ("bitnami/*", ""),
        ("nginx", ""),
        ("ghcr.io/acme/app", ""),
        ("ghcr.io/**", ""),
        ("quay.io/x/y", ""),
        ("never/seen", ""),
    ]);
    world.post("olivia", ALLOWLIST, &new).await;
    let page = world.get("olivia", ALLOWLIST).await.body;
    for (pattern, category, badge) in [
        (
            "docker.io/bitnami/*",
            json!("verified_publisher"),
            "verified_publisher",
        ),
        ("docker.io/library/nginx", json!("official"), "none"),
        ("docker.io/never/seen", json!("community"), "unknown"),
        ("ghcr.io/**", json!(null), "none"),
        ("ghcr.io/acme/app", json!("organization"), "none"),
        ("quay.io/x/y", json!("community"), "none"),
    ] {
        let place = patterns(&page).iter().position(|other| *other == pattern);
        let item = &page["results"][place.unwrap()];
        assert_eq!(
            (&item["category"], &item["badge"]),
            (&category, &json!(badge)),
            "{pattern}"
        );
    }
}

#[tokio::test]
async fn it_is_searched_page_by_page() {
    let world = World::new().await;
    let names: Vec<String> = (0..7).map(|number| format!("team/app-{number}")).collect();
    let mut new: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "ours")).collect();
    new.push(("evil/miner", "for Ops"));
    world.post("olivia", ALLOWLIST, &entries(&new)).await;

    let first = world
        .get("mia", &format!("{ALLOWLIST}?search=APP&page_size=3"))
        .await
        .body;
    assert_eq!(
        (&first["count"], &first["previous"]),
        (&json!(7), &json!(null))
    );
    assert_eq!(patterns(&first).len(), 3);
    let next = first["next"].as_str().unwrap();
    let next = next.strip_prefix("https://pullgate.example.com").unwrap();
    let second = world.get("mia", next).await.body;
    let third = second["next"].as_str().unwrap();
    let third = third.strip_prefix("https://pullgate.example.com").unwrap();
    let third = world.get("mia", third).await.body;
    assert_eq!(third["next"], json!(null));
    let all = [patterns(&first), patterns(&second), patterns(&third)].concat();
    let expected: Vec<String> = names
        .iter()
        .map(|name| format!("docker.io/{name}"))
        .collect();
    assert_eq!(all, expected);

    let by_note = world
        .get("mia", &format!("{ALLOWLIST}?search=ops"))
        .await
        .body;
    assert_eq!(patterns(&by_note), ["docker.io/evil/miner"]);
    for refused in ["page=0", "page_size=101", "page=x", "search=%00"] {
        let answer = world.get("mia", &format!("{ALLOWLIST}?{refused}")).await;
        assert_eq!(answer.status, 400, "{refused}");
    }
}

#[tokio::test]
async fn what_is_on_it_may_be_pulled_until_it_is_taken_off() {
    let world = World::new().await;
    let on = json!({"iam": {"enabled": "on", "allowlist": "on"}});
    world
        .patch("olivia", "/api/v1/orgs/acme/policy/settings", &on)
        .await;
    let explain = "/api/v1/explain?image=evil/miner";
    assert_eq!(world.get("mia", explain).await.body["outcome"], "denied");
    world
        .post("olivia", ALLOWLIST, &entries(&[("evil/miner", "")]))
        .await;
    assert_eq!(world.get("mia", explain).await.body["rule"], "allowlist");
    let which = format!("{ALLOWLIST}?pattern=docker.io/evil/miner");
    let answer = world.delete("olivia", &which).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(world.get("mia", explain).await.body["outcome"], "denied");
    assert_eq!(world.delete("olivia", &which).await.status, 404);
}

#[tokio::test]
async fn a_member_changes_nothing_and_others_learn_nothing() {
    let world = World::new().await;
    let new = entries(&[("evil/miner", "")]);
    world.post("olivia", ALLOWLIST, &new).await;
    let which = format!("{ALLOWLIST}?pattern=docker.io/evil/miner");
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(
            world.post(who, ALLOWLIST, &new).await.status,
            status,
            "{who}"
        );
        assert_eq!(world.delete(who, &which).await.status, status, "{who}");
        let read = if who == "mia" { 200 } else { status };
        assert_eq!(world.get(who, ALLOWLIST).await.status, read, "{who}");
    }
    assert_eq!(world.get("olivia", ALLOWLIST).await.body["count"], 1);
}

#[tokio::test]
async fn what_cannot_be_listed_is_refused_whole() {
    let world = World::new().await;
    let long = "x".repeat(1_001);
    for (body, why) in [
        (entries(&[("nginx", ""), ("*", "")]), "wildcard"),
        (
            entries(&[("nginx", ""), ("docker.io/library/nginx", "")]),
            "twice",
        ),
        (entries(&[("nginx", &long)]), "too long"),
        (entries(&[("nginx", "a\u{7}b")]), "control characters"),
        (
            json!({"entries": [{"pattern": "nginx", "until": "2027"}]}),
            "until",
        ),
        (json!({}), "entries"),
    ] {
        let answer = world.post("olivia", ALLOWLIST, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
    }
    assert_eq!(world.get("olivia", ALLOWLIST).await.body["count"], 0);
    let none = world.delete("olivia", ALLOWLIST).await;
    assert_eq!(none.status, 400);
}
