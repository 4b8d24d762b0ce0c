//! Inviting people, as an owner.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use pullgate_identity::Secret;
use pullgate_identity::TokenOrder;
use pullgate_policy::Role;
use pullgate_store::Actor;

use crate::world::{Answer, World, organization, username};

const INVITES: &str = "/v2/orgs/acme/invites";
const BULK: &str = "/v2/invites/bulk";
const LINK: &str = "https://pullgate.example.com/invite/";

async fn invite(world: &World, invitee: &str) -> Value {
    let body = json!({"org": "acme", "team": "", "role": "member", "invitees": [invitee], "dry_run": false});
    let answer = world.post("olivia", BULK, &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.body["invitees"][0]["invite"].clone()
}

fn statuses(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 202, "{}", answer.text);
    let invitees = answer.body["invitees"].as_array().unwrap();
    invitees
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_owner_invites_and_is_shown_the_link_once() {
    let world = World::new().await;
    let made = invite(&world, "ann@example.com").await;
    assert_eq!(made["invitee"], "ann@example.com");
    assert_eq!(made["inviter_username"], "olivia");
    assert_eq!((&made["org"], &made["team"]), (&json!("acme"), &json!("")));
    assert_eq!(made["is_open"], true);
    let link = made["link"].as_str().unwrap();
    let secret = link.strip_prefix(LINK).unwrap();
    let end = made["expires_at"].as_str().unwrap();
    let end: Timestamp = end.parse().unwrap();
    let left = end.duration_since(Timestamp::now()).as_hours();
    assert!((167..=168).contains(&left), "{left} hours");
    let listed = world.get("olivia", INVITES).await;
    let mut without_link = made.clone();
    without_link.as_object_mut().unwrap().remove("link");
    assert_eq!(listed.body, json!({"data": [without_link]}));
    let members = world
        .get("olivia", "/v2/orgs/acme/members?invites=true")
        .await;
    assert_eq!(members.body["count"], 3);
    let ann = &members.body["results"][2];
    assert_eq!(
        (&ann["role"], &ann["email"]),
        (&json!("Invitee"), &json!("ann@example.com"))
    );
    // Nowhere else is the secret, and nowhere at all as it is.
    for path in [
        INVITES,
        "/v2/orgs/acme/members?type=all",
        "/v2/orgs/acme/members/export",
    ] {
        assert!(
            !world.get("olivia", path).await.text.contains(secret),
            "{path}"
        );
    }
    let file = std::fs::read(world.database()).unwrap();
    let kept = file
        .windows(secret.len())
        .any(|part| part == secret.as_bytes());
    assert!(!kept, "the secret is kept as it is");
    let history = world.store.changes(None, None, 100).await.unwrap();
    assert_eq!(history[0].action.as_str(), "invite_created");
    assert!(!format!("{history:?}").contains(secret));
}

#[tokio::test]
async fn many_are_invited_at_once() {
    let world = World::new().await;
    let body = |dry_run: bool| {
        json!({
            "org": "acme", "role": "owner", "dry_run": dry_run,
            "invitees": [
                "ann@example.com", "mia", "OLIVIA@example.com", "not an address", "ann@Example.com",
                // Who has an account and who has none.
                "sam", "nobody", "oscar@example.com", "nobody@example.com",
            ],
        })
    };
    let expected = [
        "invited",
        "existing_org_member",
        "existing_org_member",
        "invalid_email_or_docker_id",
        "already_invited",
        "invited",
        "invited",
        "invited",
        "invited",
    ];
    let tried = world.post("olivia", BULK, &body(true)).await;
    assert_eq!(statuses(&tried), expected);
    assert!(!tried.text.contains(LINK), "{}", tried.text);
    let listed = world.get("olivia", INVITES).await;
    assert_eq!(listed.body, json!({"data": []}));

    let done = world.post("olivia", BULK, &body(false)).await;
    assert_eq!(statuses(&done), expected);
    let invitees = done.body["invitees"].as_array().unwrap();
    for one in invitees {
        let has_link = one["invite"]["link"].is_string();
        assert_eq!(has_link, one["status"] == "invited", "{one}");
        if has_link {
            assert_eq!(one["invite"]["team"], "owners", "{one}");
        }
    }
    assert_eq!(invitees[4]["invite"]["id"], invitees[0]["invite"]["id"]);
    // Nothing tells those with an account from those without.
    for (with, without) in [(5, 6), (7, 8)] {
        let fields = |at: usize| {
            let invite = invitees[at]["invite"].as_object().unwrap();
            invite.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(fields(with), fields(without));
    }
    let again = world.post("olivia", BULK, &body(false)).await;
    let links = again.text.matches(LINK).count();
    assert_eq!(links, 0, "{}", again.text);
    let listed = world.get("olivia", INVITES).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn what_cannot_be_is_invited_to_nothing() {
    let world = World::new().await;
    let everybody = vec!["a@b"; 1_001];
    for (body, status) in [
        (json!({"org": "acme", "invitees": []}), 400),
        (json!({"org": "acme"}), 400),
        (json!({"invitees": ["ann@example.com"]}), 400),
        (json!({"org": "acme", "invitees": everybody}), 400),
        (
            json!({"org": "acme", "invitees": ["ann@example.com"], "role": "editor"}),
            400,
        ),
        (
            json!({"org": "acme", "invitees": ["ann@example.com"], "role": "king"}),
            400,
        ),
        (
            json!({"org": "acme", "invitees": ["ann@example.com"], "team": "A B"}),
            400,
        ),
        (
            json!({"org": "acme", "invitees": ["ann@example.com"], "team": "nowhere"}),
            404,
        ),
        (json!({"org": "acne", "invitees": ["ann@example.com"]}), 404),
        (
            json!({"org": "other", "invitees": ["ann@example.com"]}),
            404,
        ),
    ] {
        let answer = world.post("olivia", BULK, &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    assert_eq!(world.get("olivia", INVITES).await.body, json!({"data": []}));
}

#[tokio::test]
async fn an_owner_resends_and_withdraws() {
    let world = World::new().await;
    let made = invite(&world, "ann@example.com").await;
    let old = made["link"].as_str().unwrap().strip_prefix(LINK).unwrap();
    let id = made["id"].as_str().unwrap();
    // Another owner may, too, and stands for it then.
    let (acme, mia) = (organization("acme"), username("mia"));
    let by = &Actor::CommandLine;
    world
        .store
        .set_role(&acme, &mia, Role::Owner, by)
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    let path = format!("/v2/invites/{id}/resend");
    let answer = world.ask(Method::PATCH, "mia", &path, None).await;
    assert_eq!((answer.status, &*answer.text), (204, ""));
    let link = answer.headers["location"].to_str().unwrap();
    let new = link.strip_prefix(LINK).unwrap();
    assert_ne!(new, old);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let listed = world.get("olivia", INVITES).await;
    assert_eq!(listed.body["data"][0]["inviter_username"], "mia");
    assert_eq!(listed.body["data"][0]["id"], id);
    let look = |secret: &str| format!("/api/v1/invites/{secret}");
    assert_eq!(world.get("", &look(old)).await.status, 404);
    assert_eq!(world.get("", &look(new)).await.status, 200);

    let path = format!("/v2/invites/{id}");
    let answer = world.delete("olivia", &path).await;
    assert_eq!((answer.status, &*answer.text), (204, ""));
    assert_eq!(world.delete("olivia", &path).await.status, 404);
    assert_eq!(world.get("", &look(new)).await.status, 404);
    assert_eq!(world.get("olivia", INVITES).await.body, json!({"data": []}));
}

/// Reaching another organization's objects by id.
#[tokio::test]
async fn an_invite_is_nothing_to_others() {
    let world = World::new().await;
    let made = invite(&world, "ann@example.com").await;
    let id = made["id"].as_str().unwrap();
    let nothing = "0192aaaa-0000-7000-8000-00000000abcd";
    let acme = pullgate_store::TokenOwner::Organization(organization("acme"));
    let token = world
        .identity
        .issue_token(
            TokenOrder::new(acme, "ci", &[pullgate_identity::Scope::RepoRead]),
            &Actor::System,
        )
        .await
        .unwrap();
    let machine = signed_in(&world, "acme", &token.secret).await;
    let people =
        ["oscar", "sam", "mia", ""].map(|who| (who, (!who.is_empty()).then(|| world.session(who))));
    let machine = ("machine", Some(machine));
    for (who, session) in people.into_iter().chain([machine]) {
        let expected = match who {
            "" => 401,
            "mia" | "machine" => 403,
            _ => 404,
        };
        for (method, end) in [(Method::PATCH, "/resend"), (Method::DELETE, "")] {
            let ask = |id: &str| {
                let path = format!("/v2/invites/{id}{end}");
                let (world, session, method) = (&world, session.clone(), method.clone());
                async move {
                    world
                        .ask_with(method, session.as_deref(), &path, None)
                        .await
                }
            };
            let there = ask(id).await;
            assert_eq!(there.status, expected, "{who} {method}: {}", there.text);
            if who != "mia" {
                let nowhere = ask(nothing).await;
                assert_eq!(there.status, nowhere.status);
                assert_eq!(there.text.replace(id, nothing), nowhere.text);
            }
        }
    }
    let listed = world.get("olivia", INVITES).await;
    assert_eq!(listed.body["data"][0]["id"], id);
    assert_eq!(
        world.delete("olivia", "/v2/invites/nonsense").await.status,
        404
    );
}

async fn signed_in(world: &World, name: &str, secret: &Secret) -> String {
    let from = std::net::Ipv4Addr::LOCALHOST.into();
    let subject = world.identity.sign_in(name, secret, from).await.unwrap();
    world.identity.issue_session(&subject).unwrap().token
}
