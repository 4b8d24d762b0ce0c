//! Exceptions: made, seen and ended.

use pullgate_policy::{Covers, Role};
use pullgate_store::{Actor, Effect, NewException, NewPerson, PolicyEdit, StoreError, WholePolicy};
use serde_json::{Value, json};

use crate::world::{World, organization, username};

const ACMES: &str = "/api/v1/orgs/acme/exceptions";
const BY: &Actor = &Actor::CommandLine;
const FAR: &str = "2099-12-31T00:00:00Z";

fn wanted(image: &str, covers: &Value) -> Value {
    let mut body = json!({"image": image, "ends_at": FAR, "reason": "a test"});
    let fields = covers.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    body
}

/// max is a second member of acme, and mia is in the team data.
async fn of_acme() -> World {
    let world = World::new().await;
    let person = NewPerson {
        username: username("max"),
        email: String::new(),
        password_hash: None,
    };
    world.store.create_person(person, BY).await.unwrap();
    let (acme, data) = (organization("acme"), "data".parse().unwrap());
    world
        .store
        .set_member(&acme, &username("max"), Role::Member, BY)
        .await
        .unwrap();
    world.store.create_team(&acme, &data, BY).await.unwrap();
    world
        .store
        .add_team_member(&acme, &data, &username("mia"), BY)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    world
}

async fn listed(world: &World, who: &str, query: &str) -> Vec<String> {
    let answer = world.get(who, &format!("{ACMES}{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let results = answer.body["results"].as_array().unwrap().iter();
    let repositories = results.map(|it| it["repository"].as_str().unwrap());
    repositories
        .map(|name| name.trim_start_matches("docker.io/evil/").to_owned())
        .collect()
}

#[tokio::test]
async fn members_see_those_that_cover_them() {
    let world = of_acme().await;
    for (image, covers) in [
        ("evil/all", json!({"covers": "organization"})),
        ("evil/data", json!({"covers": "team", "team": "data"})),
        ("evil/max", json!({"covers": "person", "person": "max"})),
    ] {
        let answer = world.post("olivia", ACMES, &wanted(image, &covers)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.body["made_by"], "person:olivia");
        let path = format!("{ACMES}/{}", answer.body["id"].as_str().unwrap());
        assert_eq!(world.get("olivia", &path).await.body, answer.body);
        let sees = if image == "evil/max" { 404 } else { 200 };
        assert_eq!(world.get("mia", &path).await.status, sees, "{image}");
        let elsewhere = path.replace("/acme/", "/other/");
        for (who, path, status) in [
            ("oscar", &path, 404),
            ("oscar", &elsewhere, 404),
            ("sam", &path, 404),
            ("", &path, 401),
        ] {
            assert_eq!(world.get(who, path).await.status, status, "{who} {path}");
            assert_eq!(world.delete(who, path).await.status, status, "{who} {path}");
        }
        for who in ["mia", "max"] {
            assert_eq!(world.delete(who, &path).await.status, 403, "{who} {image}");
        }
    }
    assert_eq!(listed(&world, "olivia", "").await, ["max", "data", "all"]);
    assert_eq!(listed(&world, "mia", "").await, ["data", "all"]);
    assert_eq!(listed(&world, "max", "").await, ["max", "all"]);
    assert_eq!(world.get("oscar", ACMES).await.status, 404);
}

#[tokio::test]
async fn an_exception_that_was_ended_is_among_those_that_have_ended() {
    let world = of_acme().await;
    for image in ["evil/one", "evil/two"] {
        let body = wanted(image, &json!({"covers": "organization"}));
        assert_eq!(world.post("olivia", ACMES, &body).await.status, 201);
    }
    let page = world
        .get("olivia", &format!("{ACMES}?page_size=1"))
        .await
        .body;
    assert_eq!(
        (&page["count"], page["results"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    let path = format!("{ACMES}/{}", page["results"][0]["id"].as_str().unwrap());
    let ended = world.delete("olivia", &path).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    assert_ne!(ended.body["ends_at"], FAR);
    assert_eq!(
        world.delete("olivia", &path).await.body,
        ended.body,
        "once is enough"
    );
    assert_eq!(listed(&world, "olivia", "").await, ["one"]);
    assert_eq!(listed(&world, "olivia", "?show=ended").await, ["two"]);
    assert_eq!(listed(&world, "mia", "?show=all").await, ["two", "one"]);
    assert_eq!(
        world
            .get("olivia", &format!("{ACMES}?show=both"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn only_owners_make_exceptions_and_only_sound_ones() {
    let world = of_acme().await;
    let sound = wanted("evil/miner", &json!({"covers": "person", "person": "mia"}));
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        assert_eq!(world.post(who, ACMES, &sound).await.status, status, "{who}");
    }
    for (change, status) in [
        (json!({"reason": " "}), 400),
        (json!({"ends_at": "2020-01-01T00:00:00Z"}), 400),
        (json!({"image": "Evil"}), 400),
        (json!({"team": "data"}), 400),
        (json!({"covers": "organization"}), 400),
        (json!({"made_by": "person:oscar"}), 400),
        (json!({"person": "sam"}), 404),
        (
            json!({"covers": "team", "person": null, "team": "none"}),
            404,
        ),
    ] {
        let mut body = sound.clone();
        let fields = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        let answer = world.post("olivia", ACMES, &body).await;
        assert_eq!(answer.status, status, "{change}: {}", answer.text);
    }
    assert_eq!(
        listed(&world, "olivia", "?show=all").await,
        Vec::<String>::new()
    );
}

/// Ten thousand of them: how long a list takes is printed and not judged.
#[tokio::test]
async fn many_exceptions_are_listed_page_by_page() {
    let world = of_acme().await;
    let acme = organization("acme");
    let exceptions = (0..10_000).map(|number| NewException {
        repository: format!("docker.io/evil/number-{number}").parse().unwrap(),
        covers: Covers::Organization,
        ends_at: FAR.parse().unwrap(),
        reason: "one of many".to_owned(),
    });
    let edit = PolicyEdit {
        add_exceptions: exceptions.collect(),
        ..PolicyEdit::default()
    };
    let plan = |_: &WholePolicy| Ok::<_, StoreError>((edit, ()));
    world
        .store
        .edit_policy(&acme, BY, Effect::Kept, plan)
        .await
        .unwrap();
    let start = std::time::Instant::now();
    let page = world.get("mia", &format!("{ACMES}?page=200")).await.body;
    println!("a page of 10,000 exceptions took {:?}", start.elapsed());
    assert_eq!(
        (&page["count"], page["results"].as_array().unwrap().len()),
        (&json!(10_000), 50)
    );
    assert_eq!(page["next"], Value::Null);
    let found = listed(&world, "mia", "?search=number-99&page_size=100").await;
    assert_eq!(found.len(), 100);
    assert!(found.iter().all(|name| name.starts_with("number-99")));
    let found = world
        .get("mia", &format!("{ACMES}?search=NUMBER-9999"))
        .await;
    assert_eq!(found.body["count"], 1, "in any case");
    let found = world.get("mia", &format!("{ACMES}?search=number%25")).await;
    assert_eq!(found.body["count"], 0, "a text and no pattern");
}
