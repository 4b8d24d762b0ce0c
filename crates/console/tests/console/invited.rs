//! Inviting people, and the page that the link of an invite leads to.

use pullgate_policy::Role;

use crate::world::{Answer, Browser, World, organization, password};

const INVITES: &str = "/orgs/acme/members/invites";

async fn invite(owner: &mut Browser, invitees: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("invitees", invitees)];
    fields.extend_from_slice(more);
    owner.submit(INVITES, INVITES, &fields).await
}

/// The path of the link that a page shows.
fn link(page: &Answer) -> String {
    let code = page.between("id=\"secret\">", "</code>");
    let (_, path) = code.rsplit_once("http://localhost:8080").unwrap();
    assert!(path.starts_with("/invite/"), "{code}");
    path.to_owned()
}

async fn members(world: &World) -> Vec<(String, Role)> {
    let found = world.store.members(&organization("acme")).await.unwrap();
    let member = |one: pullgate_store::Member| (one.username.to_string(), one.role);
    let mut found: Vec<_> = found.into_iter().map(member).collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

const NEW: &str = "a long passphrase of ann";

#[tokio::test]
async fn a_new_person_joins_by_a_link_that_is_shown_once_and_used_once() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let made = invite(&mut olivia, "ann@example.com", &[("role", "member")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(made.header("cache-control"), "no-store");
    let link = link(&made);
    let list = olivia.get(INVITES).await;
    assert!(list.text.contains("ann@example.com") && list.text.contains("1 open invite"));
    let secret = link.strip_prefix("/invite/").unwrap();
    assert!(!list.text.contains(secret), "it is not shown again");

    let mut ann = world.browser();
    let page = ann.get(&link).await;
    assert_eq!(page.status, 200);
    for shown in [
        "Join acme",
        "olivia invites you",
        "ann@example.com",
        "Member",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    assert!(page.text.contains(&format!("/sign-in?next={link}")));
    let account = format!("{link}/account");
    for (name, secret, field) in [
        ("Ann", NEW, "username"),
        ("ann", "short", "password"),
        ("mia", NEW, "username"),
    ] {
        let fields = [("username", name), ("password", secret)];
        let refused = ann.post(&account, &fields).await;
        assert_eq!(refused.status, 422, "{name}");
        assert!(
            refused.text.contains(&format!("id=\"{field}-fault\"")),
            "{name}"
        );
        assert!(!refused.text.contains(NEW), "no password in a page");
    }
    let joined = ann
        .post(&account, &[("username", "ann"), ("password", NEW)])
        .await;
    assert_eq!(
        (joined.status, joined.leads_to()),
        (303, "/orgs/acme"),
        "{}",
        joined.text
    );
    // Signed in at once.
    let start = ann.get("/account").await;
    assert!(
        start
            .text
            .contains("Welcome to acme: you are a member now.")
    );
    assert!(start.text.contains("ann@example.com"));
    assert_eq!(world.browser().sign_in("ann", NEW).await.status, 303);

    for mut other in [world.browser(), ann] {
        let used = other.get(&link).await;
        assert_eq!(used.status, 404);
        assert!(used.text.contains("This link invites nobody any more"));
        assert!(used.text.contains("ask an owner"));
    }
    let fields = [("username", "eve"), ("password", NEW)];
    assert_eq!(world.browser().post(&account, &fields).await.status, 404);
    assert_eq!(members(&world).await.len(), 3);
}

#[tokio::test]
async fn who_has_an_account_signs_in_by_the_link_and_joins() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    olivia
        .submit(
            "/orgs/acme/teams",
            "/orgs/acme/teams",
            &[("name", "builders")],
        )
        .await;
    let fields = [("role", "member"), ("team", "builders")];
    let link = link(&invite(&mut olivia, "sam", &fields).await);
    let mut sam = world.browser();
    let page = sam.get(&link).await;
    assert!(page.text.contains("in the team builders"), "{}", page.text);
    assert!(page.text.contains("The invite is for this name alone."));
    let fields = [
        ("username", "sam"),
        ("password", &*password("sam")),
        ("next", &link),
    ];
    let signed_in = sam.post("/sign-in", &fields).await;
    assert_eq!(signed_in.leads_to(), link);
    assert!(sam.get(&link).await.text.contains("Join acme as sam"));
    let joined = sam.submit(&link, &format!("{link}/join"), &[]).await;
    assert_eq!(joined.leads_to(), "/orgs/acme");
    let page = sam.get("/orgs/acme/teams/builders").await;
    assert!(page.text.contains("person/sam"));
}

#[tokio::test]
async fn an_invite_is_for_whom_it_is_for() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let link = link(&invite(&mut olivia, "sam", &[("role", "owner")]).await);
    let mut oscar = world.signed_in("oscar").await;
    let refused = oscar.submit(&link, &format!("{link}/join"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("This invite is for somebody else"),
        "{}",
        refused.text
    );
    // Who is a member already keeps what they are.
    let mut mia = world.signed_in("mia").await;
    let for_mia = invite(&mut olivia, "mia", &[]).await;
    assert!(for_mia.text.contains("Members already"));
    assert_eq!(
        mia.submit(&link, &format!("{link}/join"), &[]).await.status,
        422
    );
    // Somebody new cannot take the name of somebody else.
    let fields = [("username", "eve"), ("password", NEW)];
    let eve = world
        .browser()
        .post(&format!("{link}/account"), &fields)
        .await;
    assert_eq!(eve.status, 422);
    let fields = [("username", "sam"), ("password", NEW)];
    let sam = world
        .browser()
        .post(&format!("{link}/account"), &fields)
        .await;
    assert!(sam.text.contains("is taken"), "{}", sam.text);
    assert_eq!(members(&world).await.len(), 2);
}

#[tokio::test]
async fn a_cancelled_a_replaced_and_an_ended_link_let_nobody_in() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let first = link(&invite(&mut olivia, "ann@example.com", &[]).await);
    let id = olivia
        .get(INVITES)
        .await
        .between("name=\"invite\" value=\"", "\"")
        .to_owned();
    let renewed = olivia
        .submit(INVITES, &format!("{INVITES}/resend"), &[("invite", &id)])
        .await;
    let second = link(&renewed);
    assert_ne!(first, second);
    let gone = world.browser().get(&first).await;
    assert_eq!(gone.status, 404);
    assert_eq!(world.browser().get(&second).await.status, 200);

    world.wait(8 * 24 * 60);
    let mut olivia = world.signed_in("olivia").await;
    assert_eq!(
        world.browser().get(&second).await.text,
        gone.text,
        "told alike"
    );
    let again = olivia
        .submit(INVITES, &format!("{INVITES}/resend"), &[("invite", &id)])
        .await;
    let third = link(&again);
    assert_eq!(world.browser().get(&third).await.status, 200);
    let cancelled = olivia
        .submit(INVITES, &format!("{INVITES}/cancel"), &[("invite", &id)])
        .await;
    assert_eq!(cancelled.leads_to(), INVITES);
    assert_eq!(world.browser().get(&third).await.text, gone.text);
    assert_eq!(world.browser().get("/invite/nothing").await.text, gone.text);
    let late = olivia
        .submit(INVITES, &format!("{INVITES}/cancel"), &[("invite", &id)])
        .await;
    assert_eq!(late.status, 404);
}

#[tokio::test]
async fn an_invite_of_who_is_no_owner_any_more_counts_no_more_and_says_so() {
    let world = World::new().await;
    world.member("otto", Role::Owner).await;
    let mut olivia = world.signed_in("olivia").await;
    let link = link(&invite(&mut olivia, "ann@example.com", &[]).await);
    let by = &pullgate_store::Actor::CommandLine;
    let (acme, name) = (organization("acme"), crate::world::username("olivia"));
    world
        .store
        .set_role(&acme, &name, Role::Member, by)
        .await
        .unwrap();
    assert_eq!(world.browser().get(&link).await.status, 404);
    world
        .store
        .set_role(&acme, &"mia".parse().unwrap(), Role::Owner, by)
        .await
        .unwrap();
    let mut mia = world.signed_in("mia").await;
    assert!(mia.get(INVITES).await.text.contains("Counts no more"));
}

#[tokio::test]
async fn many_are_invited_at_once_and_each_is_told_what_became_of_it() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    invite(&mut olivia, "ann@example.com", &[]).await;
    let pasted = "Bo Li <bo@example.com>\ncy@example.com; ann@example.com, mia, Not-A-Name!";
    let made = invite(&mut olivia, pasted, &[("role", "member")]).await;
    assert_eq!(made.status, 200);
    assert!(made.text.contains("2 people invited"), "{}", made.text);
    let all = made.between("id=\"secret\">", "</code>");
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("bo@example.com http://localhost:8080/invite/"));
    let told = |title: &str, who: &str| {
        let (_, rest) = made.text.split_once(title).unwrap();
        assert!(rest.split("</ul>").next().unwrap().contains(who), "{title}");
    };
    told("Invited before", "ann@example.com");
    told("Members already", "mia");
    told("Not invited", "Not-A-Name!");

    for (pasted, field) in [("", "invitees"), ("Nobody!", "invitees")] {
        let refused = invite(&mut olivia, pasted, &[]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(&format!("id=\"{field}-fault\"")));
    }
    for team in ["nobodys", "Not A Name"] {
        let refused = invite(&mut olivia, "dee@example.com", &[("team", team)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("id=\"team-fault\""), "{team}");
        assert!(
            refused.text.contains("dee@example.com"),
            "what was typed stays"
        );
    }
}

#[tokio::test]
async fn an_invite_is_declined_by_whoever_has_the_link() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let link = link(&invite(&mut olivia, "ann@example.com", &[]).await);
    let declined = world.browser().post(&format!("{link}/decline"), &[]).await;
    assert_eq!(declined.status, 200);
    assert!(declined.text.contains("The invite is declined"));
    assert_eq!(world.browser().get(&link).await.status, 404);
    assert!(olivia.get(INVITES).await.text.contains("No open invites"));
}

#[tokio::test]
async fn nobody_joins_by_another_sites_form_or_over_an_open_network() {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let link = link(&invite(&mut olivia, "sam", &[]).await);
    let mut sam = world.signed_in("sam").await;
    let forged = sam
        .send(
            http::Method::POST,
            &format!("{link}/join"),
            Some(&[]),
            &[("origin", "https://evil.example")],
        )
        .await;
    assert_eq!(forged.status, 403);
    let without_token = sam.post(&format!("{link}/join"), &[]).await;
    assert_eq!(without_token.status, 403);
    let nobody = world.browser().post(&format!("{link}/join"), &[]).await;
    assert_eq!(nobody.status, 401);

    let mut plain = world.browser();
    plain.host = "10.0.0.7:8080";
    let page = plain.get(&link).await;
    assert!(page.text.contains("not encrypted") && !page.text.contains("type=\"password\""));
    let fields = [("username", "sam"), ("password", NEW)];
    let refused = plain.post(&format!("{link}/account"), &fields).await;
    assert_eq!(refused.status, 422);
    assert_eq!(members(&world).await.len(), 2);
}
