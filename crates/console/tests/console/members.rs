use pullgate_policy::Role;
use pullgate_store::Actor;

use crate::world::{Browser, World, organization, username};

const MEMBERS: &str = "/orgs/acme/members";

async fn role_of(world: &World, name: &str) -> Option<Role> {
    let people = world.store.members(&organization("acme")).await.unwrap();
    let found = people.into_iter().find(|one| one.username.as_str() == name);
    found.map(|member| member.role)
}

async fn set_role(browser: &mut Browser, name: &str, role: &str) -> crate::world::Answer {
    let page = format!("{MEMBERS}/person/{name}");
    let fields = [("member", name), ("role", role)];
    browser
        .submit(&page, "/orgs/acme/members/role", &fields)
        .await
}

#[tokio::test]
async fn an_owner_sees_everybody_and_a_member_no_address_and_no_controls() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get(MEMBERS).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for shown in [
        "2 members",
        "mia@example.com",
        "Export as CSV",
        "Invite people",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    let mut mia = world.signed_in("mia").await;
    let page = mia.get(MEMBERS).await;
    assert!(page.text.contains("person/olivia"));
    for hidden in ["@example.com", "Export", "Invite", "open invite"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    let person = mia.get("/orgs/acme/members/person/olivia").await;
    assert_eq!(person.status, 200);
    assert!(!person.text.contains("Save role") && !person.text.contains("@example.com"));
    assert_eq!(mia.get("/orgs/acme/members/export").await.status, 403);
    assert_eq!(mia.get("/orgs/acme/members/invites").await.status, 403);
}

#[tokio::test]
async fn people_are_found_by_a_part_of_their_name_and_by_role_and_on_pages() {
    let world = World::new().await;
    for number in 0..60 {
        world.member(&format!("dev{number:02}"), Role::Member).await;
    }
    let mut olivia = world.signed_in("olivia").await;
    let first = olivia.get(MEMBERS).await;
    assert!(first.text.contains("1 to 50 of 62"), "{}", first.text);
    let next = first.between("rel=\"next\"", "x");
    assert!(!next.is_empty() && first.text.contains("/orgs/acme/members?page=2"));
    let second = olivia.get("/orgs/acme/members?page=2").await;
    assert!(second.text.contains("51 to 62 of 62") && second.text.contains("person/olivia"));
    let found = olivia.get("/orgs/acme/members?search=DEV5").await;
    assert!(found.text.contains("10 members found"), "{}", found.text);
    let by_address = olivia.get("/orgs/acme/members?search=mia%40example").await;
    assert!(by_address.text.contains("1 member found"));
    let owners = olivia.get("/orgs/acme/members?role=owner").await;
    assert!(owners.text.contains("1 member found") && owners.text.contains("person/olivia"));
    let nobody = olivia.get("/orgs/acme/members?search=zebra").await;
    assert!(nobody.text.contains("Nobody is found"));
    // A member searches names alone: an address tells them nothing.
    let mut mia = world.signed_in("mia").await;
    let by_address = mia.get("/orgs/acme/members?search=olivia%40example").await;
    assert!(by_address.text.contains("Nobody is found"));
}

#[tokio::test]
async fn all_members_are_taken_along_as_a_table_that_is_no_formula() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let table = olivia.get("/orgs/acme/members/export").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let name = table.header("content-disposition");
    assert!(
        name.starts_with("attachment; filename=\"acme-members-20"),
        "{name}"
    );
    let lines: Vec<&str> = table.text.lines().collect();
    assert!(lines[0].starts_with("Name,Username,Email,"), "{lines:?}");
    assert!(lines[1].starts_with(",mia,mia@example.com,User,Member,"));
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn a_role_changes_and_the_last_owner_keeps_theirs() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let made = set_role(&mut olivia, "mia", "owner").await;
    assert_eq!(made.leads_to(), "/orgs/acme/members/person/mia");
    assert_eq!(role_of(&world, "mia").await, Some(Role::Owner));
    let back = set_role(&mut olivia, "mia", "member").await;
    assert_eq!(back.status, 303);
    assert_eq!(role_of(&world, "mia").await, Some(Role::Member));

    let last = set_role(&mut olivia, "olivia", "member").await;
    assert_eq!(last.status, 422);
    let told =
        "That was not done: olivia is the last owner of acme; make somebody else an owner first.";
    assert!(last.text.contains(told), "{}", last.text);
    let fields = [("member", "olivia")];
    let removed = olivia
        .submit(MEMBERS, "/orgs/acme/members/remove", &fields)
        .await;
    assert_eq!(removed.status, 422);
    assert!(removed.text.contains(told));
    assert_eq!(role_of(&world, "olivia").await, Some(Role::Owner));
    assert_eq!(set_role(&mut olivia, "mia", "king").await.status, 422);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let mut mia = world.signed_in("mia").await;
    assert_eq!(mia.get(MEMBERS).await.status, 200);
    let removed = olivia
        .submit(MEMBERS, "/orgs/acme/members/remove", &[("member", "mia")])
        .await;
    assert_eq!(removed.leads_to(), MEMBERS);
    assert!(
        olivia
            .get(MEMBERS)
            .await
            .text
            .contains("does not belong to acme any more")
    );
    assert_eq!(mia.get(MEMBERS).await.status, 404);
    let again = olivia
        .submit(MEMBERS, "/orgs/acme/members/remove", &[("member", "mia")])
        .await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn an_owner_leaves_when_there_is_another() {
    let world = World::new().await;
    world.member("otto", Role::Owner).await;
    let mut olivia = world.signed_in("olivia").await;
    let page = olivia.get("/orgs/acme/members/person/olivia").await;
    assert!(page.text.contains("Leave acme"));
    let left = olivia
        .submit(
            MEMBERS,
            "/orgs/acme/members/remove",
            &[("member", "olivia")],
        )
        .await;
    assert_eq!(left.leads_to(), "/account");
    assert!(
        olivia
            .get("/account")
            .await
            .text
            .contains("You have left acme.")
    );
}

#[tokio::test]
async fn who_cannot_sign_in_is_marked() {
    let world = World::new().await;
    let by = &Actor::CommandLine;
    let status = pullgate_store::AccountStatus::Deactivated;
    world
        .store
        .set_active(&username("mia"), status, by)
        .await
        .unwrap();
    let mut olivia = world.signed_in("olivia").await;
    for page in [MEMBERS, "/orgs/acme/members/person/mia"] {
        assert!(
            olivia.get(page).await.text.contains("Cannot sign in"),
            "{page}"
        );
    }
}
