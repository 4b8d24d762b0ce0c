//! The owners' forms, sent by who may not: nothing changes, whoever it is.

use crate::world::World;

/// Each form of an owner's with what it takes to do something, and the page
/// that it stands on.
const FORMS: &[(&str, &[(&str, &str)])] = &[
    ("members/role", &[("member", "mia"), ("role", "owner")]),
    ("members/remove", &[("member", "olivia")]),
    (
        "members/invites",
        &[("invitees", "eve@example.com"), ("role", "owner")],
    ),
    ("members/invites/resend", &[("invite", INVITE)]),
    ("members/invites/cancel", &[("invite", INVITE)]),
    ("teams", &[("name", "evil")]),
    ("teams/builders/settings", &[("name", "evil")]),
    ("teams/builders/delete", &[]),
    ("teams/builders/members", &[("member", "mia")]),
    ("teams/builders/members/remove", &[("member", "olivia")]),
    ("teams/owners/members", &[("member", "mia")]),
    (
        "teams/builders/additions/categories",
        &[("category", "official")],
    ),
    (
        "teams/builders/additions/entries",
        &[("entries", "evil/miner")],
    ),
    (
        "teams/builders/additions/entries/remove",
        &[("entry", "docker.io/library/redis")],
    ),
    ("tokens", &[("label", "evil"), ("reach", "all")]),
    (TOKEN, &[("label", "evil"), ("reach", "all")]),
    (TOKEN_SWITCH, &[("status", "off")]),
    (TOKEN_DELETE, &[]),
    ("namespaces", &[("namespace", "docker.io/evil")]),
    ("namespaces/remove", &[("namespace", "docker.io/acme/**")]),
];
const INVITE: &str = "INVITE";
const TOKEN: &str = "tokens/TOKEN";
const TOKEN_SWITCH: &str = "tokens/TOKEN/switch";
const TOKEN_DELETE: &str = "tokens/TOKEN/delete";

/// The pages of an organization that are here for whoever belongs to it.
const PAGES: &[&str] = &[
    "members",
    "members/person/olivia",
    "members/export",
    "members/invites",
    "teams",
    "teams/builders",
    "teams/builders/additions",
    "teams/builders/settings",
    "tokens",
    TOKEN,
    "namespaces",
    "activity",
    "activity/export/csv",
    "activity/changes",
    "activity/changes/1",
    "activity/changes/export/jsonl",
];

/// acme with a team, an invite and a token, and the ids of the last two.
async fn furnished() -> (World, String, String) {
    let world = World::new().await;
    let mut olivia = world.signed_in("olivia").await;
    let base = "/orgs/acme";
    let page = format!("{base}/teams");
    for (path, fields) in [
        ("teams", &[("name", "builders")][..]),
        ("teams/builders/members", &[("member", "olivia")]),
        ("teams/builders/additions/entries", &[("entries", "redis")]),
        ("members/invites", &[("invitees", "ann@example.com")]),
        ("tokens", &[("label", "ci"), ("reach", "all")]),
    ] {
        let done = olivia
            .submit(&page, &format!("{base}/{path}"), fields)
            .await;
        assert!(done.status < 400, "{path}: {}", done.text);
    }
    let invites = olivia.get("/orgs/acme/members/invites").await;
    let invite = invites.between("name=\"invite\" value=\"", "\"").to_owned();
    let tokens = olivia.get("/orgs/acme/tokens").await;
    let token = tokens
        .between("<td><a href=\"/orgs/acme/tokens/", "\"")
        .to_owned();
    (world, invite, token)
}

#[tokio::test]
async fn an_owners_form_does_nothing_for_a_member_a_stranger_or_another_owner() {
    let (world, invite, token) = Box::pin(furnished()).await;
    let before = world.last_change().await;
    for (name, expected) in [("mia", 403), ("sam", 404), ("oscar", 404)] {
        let mut browser = world.signed_in(name).await;
        let csrf = browser.get("/account").await.token();
        for (path, fields) in FORMS {
            let path = format!("/orgs/acme/{}", path.replace("TOKEN", &token));
            let mut sent = vec![("csrf", csrf.as_str())];
            sent.extend(fields.iter().map(|(field, value)| match *value {
                INVITE => (*field, invite.as_str()),
                value => (*field, value),
            }));
            let answer = browser.post(&path, &sent).await;
            assert_eq!(answer.status, expected, "{name} {path}: {}", answer.text);
        }
    }
    assert_eq!(world.last_change().await, before, "nothing was changed");
    let nobody = world
        .browser()
        .post("/orgs/acme/teams", &[("name", "evil")])
        .await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn an_organization_is_told_from_none_by_nothing() {
    let (world, _, token) = Box::pin(furnished()).await;
    for name in ["sam", "oscar"] {
        let mut browser = world.signed_in(name).await;
        for page in PAGES {
            let page = page.replace("TOKEN", &token);
            let answer = browser.get(&format!("/orgs/acme/{page}")).await;
            let never = browser.get(&format!("/orgs/zebra/{page}")).await;
            assert_eq!(answer.status, 404, "{name} {page}");
            assert_eq!(
                answer.text.replace("acme", "X"),
                never.text.replace("zebra", "X"),
                "{name} {page}"
            );
        }
    }
    for page in PAGES {
        let answer = world.browser().get(&format!("/orgs/acme/{page}")).await;
        assert_eq!(answer.status, 303, "{page}");
        assert!(answer.leads_to().starts_with("/sign-in?next="), "{page}");
    }
}

#[tokio::test]
async fn a_member_sees_no_owners_controls_anywhere() {
    let (world, _, token) = Box::pin(furnished()).await;
    let mut mia = world.signed_in("mia").await;
    for page in PAGES {
        let page = format!("/orgs/acme/{}", page.replace("TOKEN", &token));
        let answer = mia.get(&page).await;
        if answer.status == 200 && answer.header("content-type").starts_with("text/html") {
            let forms = answer.text.matches("method=\"post\"").count();
            assert_eq!(forms, 1, "{page}: signing out is the only form");
        } else {
            assert!([200, 403, 404].contains(&answer.status), "{page}");
        }
    }
}
