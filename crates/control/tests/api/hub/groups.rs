//! Teams and who is in them, which the Hub calls groups.

use serde_json::{Value, json};

use pullgate_policy::{PublisherCategory, TeamAdditions};
use pullgate_store::Actor;

use crate::world::{Answer, World, organization};

const GROUPS: &str = "/v2/orgs/acme/groups";

fn names(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let results = answer.body["results"].as_array().unwrap();
    results
        .iter()
        .map(|one| {
            let name = one.get("username").or(one.get("name"));
            name.unwrap().as_str().unwrap()
        })
        .collect()
}

async fn create(world: &World, name: &str) -> Value {
    let body = json!({"name": name, "description": format!("about {name}")});
    let answer = world.post("olivia", GROUPS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

async fn add(world: &World, team: &str, member: &str) -> Answer {
    let body = json!({"member": member});
    world
        .post("olivia", &format!("{GROUPS}/{team}/members/"), &body)
        .await
}

/// The calls of Docker's Terraform provider, in its order.
#[tokio::test]
async fn terraform_makes_changes_and_deletes_a_team() {
    let world = World::new().await;
    let body =
        json!({"id": 0, "uuid": "", "name": "data", "description": "numbers", "member_count": 0});
    let made = world.post("olivia", &format!("{GROUPS}/"), &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.body["id"].as_i64().unwrap();
    assert!(id > 0);
    let read = world.get("olivia", &format!("{GROUPS}/data/")).await;
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(read.body["description"], "numbers");
    for _ in 0..2 {
        let added = add(&world, "data", "mia").await;
        assert_eq!(added.status, 200, "{}", added.text);
    }
    let read = world
        .get("olivia", &format!("{GROUPS}/data/members/"))
        .await;
    assert_eq!(names(&read), ["mia"]);
    assert_eq!(read.body["results"][0]["email"], "mia@example.com");
    let body =
        json!({"id": 0, "uuid": "", "name": "science", "description": "", "member_count": 0});
    let changed = world
        .patch("olivia", &format!("{GROUPS}/data/"), &body)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["name"], "science");
    assert_eq!(changed.body["description"], "");
    assert_eq!(changed.body["member_count"], 1);
    assert_eq!(
        (&changed.body["id"], &changed.body["uuid"]),
        (&made.body["id"], &made.body["uuid"])
    );
    let gone = world.get("olivia", &format!("{GROUPS}/data/")).await;
    assert_eq!(gone.status, 404);
    let removed = world
        .delete("olivia", &format!("{GROUPS}/science/members/mia"))
        .await;
    assert_eq!((removed.status, &*removed.text), (204, ""));
    let deleted = world.delete("olivia", &format!("{GROUPS}/science/")).await;
    assert_eq!((deleted.status, &*deleted.text), (204, ""));
    let gone = world.delete("olivia", &format!("{GROUPS}/science/")).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn teams_are_listed_the_owners_first() {
    let world = World::new().await;
    for name in ["data", "apps", "ops"] {
        create(&world, name).await;
    }
    add(&world, "data", "mia").await;
    let all = world.get("mia", GROUPS).await;
    assert_eq!(names(&all), ["owners", "apps", "data", "ops"]);
    assert_eq!(all.body["results"][0]["member_count"], 1);
    assert_eq!(all.body["results"][2]["member_count"], 1);
    let mut seen = Vec::new();
    let mut path = format!("{GROUPS}?page_size=3");
    loop {
        let page = world.get("mia", &path).await;
        assert_eq!(page.body["count"], 4);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        path = next.replace("https://pullgate.example.com", "");
    }
    assert_eq!(seen, ["owners", "apps", "data", "ops"]);
    for (query, expected) in [
        ("username=mia", vec!["data"]),
        ("username=olivia", vec!["owners"]),
        // Whoever is elsewhere is in none, as nobody is.
        ("username=oscar", vec![]),
        ("username=nobody", vec![]),
        ("search=p", vec!["apps", "ops"]),
        ("search=OWN", vec!["owners"]),
        ("search=own&username=mia", vec![]),
    ] {
        let found = world.get("olivia", &format!("{GROUPS}?{query}")).await;
        assert_eq!(names(&found), expected, "{query}");
        assert_eq!(found.body["count"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn the_owners_are_a_team_that_makes_owners() {
    let world = World::new().await;
    let owners = world.get("mia", &format!("{GROUPS}/owners")).await;
    assert_eq!(owners.body["member_count"], 1, "{}", owners.text);
    assert!(owners.body["id"].as_i64().unwrap() > 0);
    let added = add(&world, "owners", "mia").await;
    assert_eq!(added.body["role"], "Owner", "{}", added.text);
    let listed = world.get("mia", &format!("{GROUPS}/owners/members")).await;
    assert_eq!(names(&listed), ["mia", "olivia"]);
    // It holds at once.
    let removed = world
        .delete("mia", &format!("{GROUPS}/owners/members/olivia"))
        .await;
    assert_eq!(removed.status, 204, "{}", removed.text);
    let member = world.get("mia", "/v2/orgs/acme/members/olivia").await;
    assert_eq!(member.body["role"], "Member");
    let again = world
        .delete("mia", &format!("{GROUPS}/owners/members/olivia"))
        .await;
    assert_eq!(again.status, 404);
    let last = world
        .delete("mia", &format!("{GROUPS}/owners/members/mia"))
        .await;
    assert_eq!(last.status, 400, "{}", last.text);
    // It has no name but this, and does not end.
    let body = json!({"name": "bosses"});
    let path = format!("{GROUPS}/owners");
    assert_eq!(world.put("mia", &path, &body).await.status, 403);
    assert_eq!(world.patch("mia", &path, &body).await.status, 403);
    assert_eq!(world.delete("mia", &path).await.status, 403);
    let body = json!({"name": "owners"});
    assert_eq!(world.post("mia", GROUPS, &body).await.status, 400);
}

#[tokio::test]
async fn a_team_is_made_of_members() {
    let world = World::new().await;
    create(&world, "data").await;
    let elsewhere = add(&world, "data", "oscar").await;
    let nobody = add(&world, "data", "nobody").await;
    assert_eq!((elsewhere.status, nobody.status), (404, 404));
    assert_eq!(elsewhere.text.replace("oscar", "nobody"), nobody.text);
    assert_eq!(add(&world, "owners", "oscar").await.status, 404);
    assert_eq!(add(&world, "nowhere", "mia").await.status, 404);
    // By address, as owners may name members.
    assert_eq!(add(&world, "data", "MIA@example.com").await.status, 200);
    let listed = world.get("mia", &format!("{GROUPS}/data/members")).await;
    assert_eq!(names(&listed), ["mia"]);
    assert!(!listed.text.contains('@'), "{}", listed.text);
    let answer = world
        .delete("olivia", &format!("{GROUPS}/data/members/olivia"))
        .await;
    assert_eq!(answer.status, 404, "{}", answer.text);
}

#[tokio::test]
async fn a_renamed_team_may_pull_what_it_could() {
    let world = World::new().await;
    create(&world, "data").await;
    add(&world, "data", "mia").await;
    let additions = TeamAdditions {
        categories: vec![PublisherCategory::SponsoredOss],
        ..TeamAdditions::default()
    };
    let acme = organization("acme");
    world
        .store
        .set_team_additions(
            &acme,
            &"data".parse().unwrap(),
            &additions,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    let body = json!({"name": "science"});
    let path = format!("{GROUPS}/data");
    let answer = world.put("olivia", &path, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // A description that is left out is an empty one for PUT alone.
    assert_eq!(answer.body["description"], "");
    let teams = world.store.teams(&acme).await.unwrap();
    assert_eq!(teams[0].name.as_str(), "science");
    assert_eq!(teams[0].additions, additions);
    assert_eq!(teams[0].members.len(), 1);
    let directory = world.identity.directory();
    let mia = directory.person_named("mia").unwrap();
    assert_eq!(mia.memberships[0].teams[0].as_str(), "science");
}

#[tokio::test]
async fn what_cannot_be_a_team_is_refused() {
    let world = World::new().await;
    create(&world, "data").await;
    create(&world, "apps").await;
    for body in [
        json!({}),
        json!({"description": "nameless"}),
        json!({"name": "Data"}),
        json!({"name": ""}),
        json!({"name": "a/b"}),
        json!({"name": "data"}),
        json!({"name": "new", "description": "x".repeat(2_000)}),
        json!({"name": "new", "description": "a\u{0}b"}),
    ] {
        let answer = world.post("olivia", GROUPS, &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
    }
    let path = format!("{GROUPS}/data");
    for body in [json!({"name": "apps"}), json!({"name": "owners"})] {
        assert_eq!(world.put("olivia", &path, &body).await.status, 400);
        assert_eq!(world.patch("olivia", &path, &body).await.status, 400);
    }
    let answer = world.patch("olivia", &path, &json!({})).await;
    assert_eq!(
        (answer.status, &answer.body["description"]),
        (200, &json!("about data"))
    );
    let all = world.get("olivia", GROUPS).await;
    assert_eq!(names(&all), ["owners", "apps", "data"]);
}
