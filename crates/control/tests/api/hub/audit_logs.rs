//! What was done, and by whom.

use pullgate_policy::Role;
use pullgate_store::{Actor, Store};
use serde_json::Value;

use crate::own::pulls::{person, pulled};
use crate::world::{World, organization, username};

const LOG: &str = "/v2/auditlogs/acme";

/// olivia has changed this and that, and mia was stopped in between.
async fn eventful() -> World {
    let world = World::new().await;
    let (acme, by) = (organization("acme"), &Actor::Person(username("olivia")));
    let store: &Store = &world.store;
    let data = "data".parse().unwrap();
    store.create_team(&acme, &data, by).await.unwrap();
    store
        .add_team_member(&acme, &data, &username("mia"), by)
        .await
        .unwrap();
    let on = |settings: &mut pullgate_policy::Settings| {
        settings.iam.enabled = pullgate_policy::Switch::On;
    };
    store.change_settings(&acme, by, on).await.unwrap();
    world.door.catch_up().await.unwrap();
    pulled(&world, &person(&world, "mia"), "quay.io/a/tool").await;
    let store = &world.store;
    let list = |settings: &mut pullgate_policy::Settings| {
        settings.ram.registries = vec!["quay.io".parse().unwrap()];
    };
    store.change_settings(&acme, by, list).await.unwrap();
    store
        .set_member(&acme, &username("mia"), Role::Owner, by)
        .await
        .unwrap();
    store
        .set_member(&organization("other"), &username("sam"), Role::Member, by)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    world
}

fn actions(answer: &Value) -> Vec<&str> {
    let logs = answer["logs"].as_array().unwrap();
    logs.iter()
        .map(|log| log["action"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_owner_reads_what_was_done_and_who_was_stopped_in_order() {
    let world = eventful().await;
    let answer = world.get("olivia", LOG).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        actions(&answer.body),
        [
            "org.member.role.change",
            "org.registry_access.registry_added",
            "repo.pull.denied",
            "org.settings.update",
            "org.team.member.add",
            "org.team.create",
            "org.member.add",
            "org.create",
        ]
    );
    let logs = &answer.body["logs"];
    let role = &logs[0];
    assert_eq!(
        (&role["account"], &role["actor"], &role["name"]),
        (&"acme".into(), &"olivia".into(), &"mia".into())
    );
    assert_eq!(
        (&role["data"]["before"], &role["data"]["after"]),
        (&"member".into(), &"owner".into())
    );
    assert_eq!(
        role["action_description"],
        "changed the role of mia from member to owner"
    );
    let denied = &logs[2];
    assert_eq!(
        (&denied["actor"], &denied["name"]),
        (&"mia".into(), &"quay.io/a/tool".into())
    );
    assert!(
        denied["action_description"]
            .as_str()
            .unwrap()
            .starts_with("pull denied: quay.io/a/tool")
    );
    let settings = logs[3]["action_description"].as_str().unwrap();
    assert!(settings.contains("off → on"), "{settings}");
    assert_eq!(logs[4]["name"], "mia");
    assert!(
        !answer.text.contains("sam"),
        "nothing of another organization"
    );
    // Every value is a text, as Docker Hub's description has it.
    for log in logs.as_array().unwrap() {
        assert!(
            log["data"]
                .as_object()
                .unwrap()
                .values()
                .all(Value::is_string),
            "{log}"
        );
    }
}

#[tokio::test]
async fn filters_and_pages_do_what_docker_hubs_do() {
    let world = eventful().await;
    for (query, expected) in [
        ("action=org.member.add", vec!["org.member.add"]),
        ("action=repo.pull.denied", vec!["repo.pull.denied"]),
        ("action=nothing", vec![]),
        ("actor=mia", vec!["repo.pull.denied"]),
        ("actor=ghost", vec![]),
        ("name=quay.io/a/tool", vec!["repo.pull.denied"]),
        (
            "name=mia&actor=olivia",
            vec!["org.member.role.change", "org.team.member.add"],
        ),
        ("to=2020-01-01T00:00:00Z", vec![]),
        (
            "page=2&page_size=3",
            vec![
                "org.settings.update",
                "org.team.member.add",
                "org.team.create",
            ],
        ),
        ("page=4&page_size=3", vec![]),
    ] {
        let answer = world.get("olivia", &format!("{LOG}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(actions(&answer.body), expected, "{query}");
    }
    for query in ["page=0", "page_size=101", "page=1000000", "from=then"] {
        let answer = world.get("olivia", &format!("{LOG}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    // 25 on a page, unless said.
    let (other, by) = (organization("other"), &Actor::CommandLine);
    let on = |settings: &mut pullgate_policy::Settings| {
        settings.iam.enabled = pullgate_policy::Switch::On;
    };
    world.store.change_settings(&other, by, on).await.unwrap();
    world.door.catch_up().await.unwrap();
    let sam = person(&world, "sam");
    for number in 0..30 {
        pulled(&world, &sam, &format!("quay.io/a/tool-{number}")).await;
    }
    let answer = world.get("sam", "/v2/auditlogs/sam").await;
    assert_eq!(actions(&answer.body).len(), 25);
}

#[tokio::test]
async fn a_log_is_for_owners_and_of_ones_own_account() {
    let world = eventful().await;
    for path in [LOG, "/v2/auditlogs/acme/actions"] {
        for (who, status) in [("olivia", 200), ("oscar", 404), ("sam", 404), ("", 401)] {
            assert_eq!(world.get(who, path).await.status, status, "{who} {path}");
        }
    }
    assert_eq!(world.get("sam", "/v2/auditlogs/other").await.status, 403);
    let hash = "$argon2id$secret".into();
    let by = &Actor::CommandLine;
    world
        .store
        .set_password_hash(&username("mia"), &hash, by)
        .await
        .unwrap();
    let own = world.get("mia", "/v2/auditlogs/mia").await;
    // A new password ends her session; she signs in again.
    assert_eq!(own.status, 200, "{own:?}");
    let told = actions(&own.body);
    assert_eq!(
        told,
        ["user.password.change", "repo.pull.denied", "user.create"]
    );
    assert!(!own.text.contains("argon2"));
    assert_eq!(world.get("mia", "/v2/auditlogs/sam").await.status, 404);
    let all = world.get("mia", "/v2/auditlogs/mia/actions").await.body;
    assert_eq!(all["actions"]["user"]["label"], "Account");
    let all = world.get("olivia", "/v2/auditlogs/acme/actions").await.body;
    let names: Vec<_> = all["actions"]["org"]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["name"].as_str().unwrap())
        .collect();
    for name in [
        "member.add",
        "team.delete",
        "registry_access.enabled",
        "access_token.create",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}
