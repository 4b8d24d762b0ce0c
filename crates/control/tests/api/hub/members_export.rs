//! Members as comma-separated values.

use serde_json::json;

use pullgate_policy::Role;
use pullgate_store::{Actor, NewPerson};

use crate::world::{World, organization, username};

const EXPORT: &str = "/v2/orgs/acme/members/export";

#[tokio::test]
async fn an_owner_takes_the_members_into_a_spreadsheet() {
    let world = World::new().await;
    let (acme, by) = (organization("acme"), &Actor::CommandLine);
    let team = "data".parse().unwrap();
    world.store.create_team(&acme, &team, by).await.unwrap();
    for name in ["mia", "olivia"] {
        world
            .store
            .add_team_member(&acme, &team, &username(name), by)
            .await
            .unwrap();
    }
    let eve = NewPerson {
        username: username("eve"),
        email: "=cmd|'/c calc'!A1@example.com".to_owned(),
        password_hash: None,
    };
    world.store.create_person(eve, by).await.unwrap();
    world
        .store
        .set_member(&acme, &username("eve"), Role::Member, by)
        .await
        .unwrap();
    let invite = json!({"org": "acme", "invitees": ["ann@example.com"], "team": "data"});
    let answer = world.post("olivia", "/v2/invites/bulk", &invite).await;
    assert_eq!(answer.status, 202, "{}", answer.text);

    let answer = world.get("olivia", EXPORT).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let disposition = answer.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment;filename=\"acme-members-"),
        "{disposition}"
    );
    let lines: Vec<&str> = answer.text.split("\r\n").collect();
    let without_date = |line: &str| -> String {
        let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
        line.chars().map(digits).collect()
    };
    let date = "0000-00-00 00:00:00.000000 +0000 UTC";
    assert_eq!(
        lines.into_iter().map(without_date).collect::<Vec<_>>(),
        [
            "Name,Username,Email,Type,Permission,Teams,Date Joined,Role".to_owned(),
            format!(",eve,'=cmd|'/c calc'!A0@example.com,User,Member,,{date},Member"),
            format!(",mia,mia@example.com,User,Member,data,{date},Member"),
            format!(",olivia,olivia@example.com,User,Owner,\"data, owners\",{date},Owner"),
            format!(",,ann@example.com,Invitee,Member,data,{date},Invitee"),
            String::new(),
        ]
    );
}

#[tokio::test]
async fn many_members_are_all_there() {
    let world = World::new().await;
    let acme = organization("acme");
    for number in 0..1_100 {
        let person = NewPerson {
            username: username(&format!("person-{number:04}")),
            email: String::new(),
            password_hash: None,
        };
        let by = &Actor::CommandLine;
        let person = world.store.create_person(person, by).await.unwrap();
        let set = world
            .store
            .set_member(&acme, &person.username, Role::Member, by);
        set.await.unwrap();
    }
    let answer = world.get("olivia", EXPORT).await;
    let people = answer.text.matches(",person-").count();
    assert_eq!(people, 1_100);
    assert_eq!(answer.text.matches("\r\n").count(), 1_103);
    assert!(answer.text.ends_with("\r\n"));
}

#[tokio::test]
async fn addresses_are_for_owners() {
    let world = World::new().await;
    for (who, status) in [("mia", 403), ("oscar", 404), ("sam", 404), ("", 401)] {
        let answer = world.get(who, EXPORT).await;
        assert_eq!(answer.status, status, "{who}");
        assert!(!answer.text.contains("@example.com"), "{}", answer.text);
    }
}
