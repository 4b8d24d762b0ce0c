//! Members: their list, their roles, their removal.

use serde_json::{Value, json};

use pullgate_policy::Role;
use pullgate_store::{AccountStatus, Actor};

use crate::world::{Answer, World, organization, username};

const MEMBERS: &str = "/v2/orgs/acme/members";

fn names(answer: &Answer) -> Vec<&str> {
    let results = answer.body["results"].as_array().unwrap();
    results
        .iter()
        .map(|member| member["username"].as_str().unwrap())
        .collect()
}

/// Makes sam a member of acme.
async fn with_sam(world: &World) {
    let (acme, sam) = (organization("acme"), username("sam"));
    let by = &Actor::CommandLine;
    let set = world.store.set_member(&acme, &sam, Role::Member, by);
    set.await.unwrap();
    world.door.catch_up().await.unwrap();
}

#[tokio::test]
async fn members_are_listed_page_by_page() {
    let world = World::new().await;
    with_sam(&world).await;
    let first = world
        .get("olivia", &format!("{MEMBERS}/?page_size=2&page=1"))
        .await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.body["count"], 3);
    assert_eq!(names(&first), ["mia", "olivia"]);
    assert_eq!(first.body["previous"], Value::Null);
    let next = first.body["next"].as_str().unwrap();
    // What Docker's Terraform provider takes off to ask again.
    let path = next.strip_prefix("https://pullgate.example.com").unwrap();
    assert!(path.starts_with("/v2/orgs/acme/members?"), "{path}");
    let second = world.get("olivia", path).await;
    assert_eq!(names(&second), ["sam"]);
    assert_eq!(second.body["next"], Value::Null);
    let previous = second.body["previous"].as_str().unwrap();
    assert!(previous.ends_with("page=1&page_size=2"), "{previous}");
    for bad in ["page=0", "page_size=0", "page_size=101", "page=x"] {
        let answer = world.get("olivia", &format!("{MEMBERS}?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn an_owner_sees_addresses_and_a_member_does_not() {
    let world = World::new().await;
    let seen = world.get("olivia", MEMBERS).await;
    let mia = &seen.body["results"][0];
    assert_eq!(mia["username"], "mia");
    assert_eq!(mia["email"], "mia@example.com");
    assert_eq!(mia["role"], "Member");
    assert_eq!(mia["groups"], json!([]));
    assert_eq!(mia["type"], "User");
    assert_eq!(mia["is_active"], true);
    let olivia = &seen.body["results"][1];
    assert_eq!(olivia["role"], "Owner");
    assert_eq!(olivia["groups"], json!(["owners"]));

    let seen = world.get("mia", MEMBERS).await;
    assert_eq!(names(&seen), ["mia", "olivia"]);
    assert!(!seen.text.contains('@'), "{}", seen.text);
    // Nor does a search tell who has which.
    let found = world.get("mia", &format!("{MEMBERS}?search=olivia@")).await;
    assert_eq!(found.body["count"], 0);
    let found = world
        .get("mia", &format!("{MEMBERS}/olivia@example.com"))
        .await;
    assert_eq!(found.status, 404);
    let found = world
        .get("olivia", &format!("{MEMBERS}?search=OLIVIA@"))
        .await;
    assert_eq!(names(&found), ["olivia"]);
}

#[tokio::test]
async fn a_list_has_whom_its_filters_name() {
    let world = World::new().await;
    with_sam(&world).await;
    for (query, expected) in [
        ("role=owner", vec!["olivia"]),
        ("role=member", vec!["mia", "sam"]),
        // Nobody has it.
        ("role=editor", vec![]),
        ("search=m", vec!["mia", "sam", "olivia"]),
        ("search=%25", vec![]),
        ("search=", vec!["mia", "olivia", "sam"]),
        ("type=member", vec!["mia", "olivia", "sam"]),
        ("type=invitee", vec![]),
        ("type=all&role=owner&search=oli", vec!["olivia"]),
    ] {
        let answer = world.get("olivia", &format!("{MEMBERS}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(names(&answer), expected, "{query}");
        assert_eq!(answer.body["count"], expected.len(), "{query}");
    }
    for bad in [
        "role=Owner",
        "role=admin",
        "type=machine",
        "invites=perhaps",
        "search=a%00b",
    ] {
        let answer = world.get("olivia", &format!("{MEMBERS}?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_owner_makes_owners_and_members() {
    let world = World::new().await;
    let path = format!("{MEMBERS}/mia/");
    let change = |role: &str| json!({"role": role});
    let answer = world.put("olivia", &path, &change("owner")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["role"], "Owner");
    assert_eq!(answer.body["groups"], json!(["owners"]));
    // It holds at once: mia may do the same now.
    let answer = world
        .put("mia", &format!("{MEMBERS}/olivia"), &change("member"))
        .await;
    assert_eq!(
        (answer.status, &answer.body["role"]),
        (200, &json!("Member"))
    );
    let answer = world.put("olivia", &path, &change("member")).await;
    assert_eq!(answer.status, 403);
    // The last owner stays, and says so with a status of the Hub's.
    let answer = world.put("mia", &path, &change("member")).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(answer.text.contains("last owner"), "{}", answer.text);
    let answer = world.delete("mia", &path).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let changes = world.store.changes(None, None, 2).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.action.as_str(),
                change.actor.to_string(),
                &*change.subject,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("role_changed", "person:mia".to_owned(), "olivia"),
            ("role_changed", "person:olivia".to_owned(), "mia"),
        ]
    );
}

#[tokio::test]
async fn there_are_no_editors() {
    let world = World::new().await;
    let path = format!("{MEMBERS}/mia");
    let answer = world.put("olivia", &path, &json!({"role": "editor"})).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text.contains("use owner or member"),
        "{}",
        answer.text
    );
    for body in [json!({}), json!({"role": "Owner"}), json!({"role": 1})] {
        let answer = world.put("olivia", &path, &body).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    let answer = world.get("olivia", &path).await;
    assert_eq!(answer.body["role"], "Member");
}

/// Mass assignment: what the path says, the body does not.
#[tokio::test]
async fn a_body_names_neither_person_nor_organization() {
    let world = World::new().await;
    let body = json!({
        "role": "owner", "username": "olivia", "org": "other", "org_name": "other",
        "organization": "other", "is_active": false, "email": "evil@example.com",
    });
    let answer = world.put("olivia", &format!("{MEMBERS}/mia"), &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["username"], "mia");
    assert_eq!(answer.body["email"], "mia@example.com");
    assert_eq!(answer.body["is_active"], true);
    let other = world.get("oscar", "/v2/orgs/other/members").await;
    assert_eq!(names(&other), ["oscar"]);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once() {
    let world = World::new().await;
    let session = world.session("mia");
    let path = format!("{MEMBERS}/mia/");
    // Nobody leaves by themselves, and the policy with it.
    assert_eq!(world.delete("mia", &path).await.status, 403);
    let answer = world.delete("olivia", &path).await;
    assert_eq!((answer.status, &*answer.text), (204, ""));
    let asked = world
        .ask_with(http::Method::GET, Some(&session), MEMBERS, None)
        .await;
    assert_eq!(asked.status, 404);
    assert_eq!(world.delete("olivia", &path).await.status, 404);
    // Docker's Terraform provider calls a member by the invited address.
    with_sam(&world).await;
    let answer = world
        .delete("olivia", &format!("{MEMBERS}/sam@example.com/"))
        .await;
    assert_eq!(answer.status, 204);
    assert_eq!(names(&world.get("olivia", MEMBERS).await), ["olivia"]);
}

#[tokio::test]
async fn whoever_is_elsewhere_looks_like_nobody() {
    let world = World::new().await;
    for name in ["oscar", "oscar@example.com"] {
        let path = format!("{MEMBERS}/{name}");
        let theirs = world.get("olivia", &path).await;
        let nobodys = world.get("olivia", &path.replace("oscar", "nobody")).await;
        assert_eq!(theirs.status, 404);
        assert_eq!(theirs.text.replace("oscar", "nobody"), nobodys.text);
        let body = json!({"role": "owner"});
        assert_eq!(world.put("olivia", &path, &body).await.status, 404);
        assert_eq!(world.delete("olivia", &path).await.status, 404);
    }
    // Names that can be nobody's are nobody's.
    for name in ["M%20A", "Mia", "%00", "a%2fb", "..", "%F0%9F%90%B3"] {
        let answer = world.get("olivia", &format!("{MEMBERS}/{name}")).await;
        assert_eq!(answer.status, 404, "{name}: {}", answer.text);
    }
}

#[tokio::test]
async fn who_was_deactivated_is_shown_and_is_no_owner_to_rely_on() {
    let world = World::new().await;
    let path = format!("{MEMBERS}/mia");
    let body = json!({"role": "owner"});
    assert_eq!(world.put("olivia", &path, &body).await.status, 200);
    let mia = username("mia");
    world
        .store
        .set_active(&mia, AccountStatus::Deactivated, &Actor::CommandLine)
        .await
        .unwrap();
    let session = world.session("mia");
    world.door.catch_up().await.unwrap();
    let answer = world.get("olivia", &path).await;
    assert_eq!(answer.body["is_active"], false);
    let answer = world
        .ask_with(http::Method::GET, Some(&session), MEMBERS, None)
        .await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    let answer = world.delete("olivia", &format!("{MEMBERS}/olivia")).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
}
