//! Answering an invite, as whoever has its link.

use http::Method;
use serde_json::{Value, json};

use pullgate_identity::TokenOrder;
use pullgate_policy::Role;
use pullgate_store::{AccountStatus, Actor, TokenOwner};

use crate::world::{Answer, World, organization, username};

const PASSWORD: &str = "correct horse battery";

/// Invites somebody into acme, and gives the secret of the link.
async fn invited(world: &World, invitee: &str, more: Value) -> String {
    let mut body = json!({"org": "acme", "invitees": [invitee]});
    let fields = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    let answer = world.post("olivia", "/v2/invites/bulk", &body).await;
    let link = answer.body["invitees"][0]["invite"]["link"].as_str();
    let link = link.unwrap_or_else(|| panic!("{}", answer.text));
    link.rsplit('/').next().unwrap().to_owned()
}

fn path(secret: &str, end: &str) -> String {
    format!("/api/v1/invites/{secret}{end}")
}

async fn as_new(world: &World, secret: &str, name: &str) -> Answer {
    let body = json!({"username": name, "password": PASSWORD});
    world.post("", &path(secret, "/account"), &body).await
}

async fn accept(world: &World, secret: &str, who: &str) -> Answer {
    world
        .ask(Method::POST, who, &path(secret, "/accept"), None)
        .await
}

#[tokio::test]
async fn who_is_invited_looks_joins_and_signs_in() {
    let world = World::new().await;
    let team = json!({"name": "data"});
    world.post("olivia", "/v2/orgs/acme/groups", &team).await;
    let secret = invited(&world, "ann@example.com", json!({"team": "data"})).await;
    let seen = world.get("", &path(&secret, "")).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let mut body = seen.body.clone();
    let end = body.as_object_mut().unwrap().remove("expires_at").unwrap();
    assert!(end.is_string());
    assert_eq!(
        body,
        json!({
            "organization": "acme", "invitee": "ann@example.com", "role": "member",
            "team": "data", "invited_by": "olivia",
        })
    );
    let joined = as_new(&world, &secret, "ann").await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    assert_eq!(
        joined.body,
        json!({"username": "ann", "organization": "acme", "role": "member"})
    );
    // It holds at once: signing in, and belonging.
    let login = json!({"username": "ann", "password": PASSWORD});
    let login = world.post("", "/v2/users/login", &login).await;
    let session = login.body["token"].as_str().unwrap();
    let member = world
        .ask_with(
            Method::GET,
            Some(session),
            "/v2/orgs/acme/members/ann",
            None,
        )
        .await;
    assert_eq!(member.body["groups"], json!(["data"]), "{}", member.text);
    let member = world.get("olivia", "/v2/orgs/acme/members/ann").await;
    assert_eq!(member.body["email"], "ann@example.com");
    // The link is used up, for everybody and in every way.
    assert_eq!(world.get("", &path(&secret, "")).await.status, 404);
    assert_eq!(as_new(&world, &secret, "eve").await.status, 404);
    assert_eq!(accept(&world, &secret, "sam").await.status, 404);
    let declined = world
        .ask(Method::POST, "", &path(&secret, "/decline"), None)
        .await;
    assert_eq!(declined.status, 404);
}

#[tokio::test]
async fn who_has_an_account_joins_with_it() {
    let world = World::new().await;
    let secret = invited(&world, "sam", json!({"role": "owner"})).await;
    // It is sam's alone, whoever has the link.
    assert_eq!(accept(&world, &secret, "").await.status, 401);
    assert_eq!(accept(&world, &secret, "oscar").await.status, 403);
    assert_eq!(as_new(&world, &secret, "eve").await.status, 403);
    assert_eq!(as_new(&world, &secret, "sam").await.status, 409);
    let joined = accept(&world, &secret, "sam").await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    assert_eq!(joined.body["role"], "owner");
    let member = world.get("sam", "/v2/orgs/acme/members/sam").await;
    assert_eq!(member.body["role"], "Owner");
}

#[tokio::test]
async fn an_address_of_somebody_is_theirs() {
    let world = World::new().await;
    let secret = invited(&world, "SAM@example.com", json!({})).await;
    let other = accept(&world, &secret, "oscar").await;
    assert_eq!(other.status, 403, "{}", other.text);
    assert!(!other.text.contains("sam"), "{}", other.text);
    let new = as_new(&world, &secret, "eve").await;
    assert_eq!(new.status, 409, "{}", new.text);
    assert_eq!(accept(&world, &secret, "sam").await.status, 200);
    // Who belongs to it already uses nothing up.
    let secret = invited(&world, "sam@home.example", json!({})).await;
    let again = accept(&world, &secret, "sam").await;
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(accept(&world, &secret, "oscar").await.status, 200);
}

#[tokio::test]
async fn a_link_that_counts_no_more_looks_like_none() {
    let world = World::new().await;
    let declined = invited(&world, "a@example.com", json!({})).await;
    let answer = world
        .ask(Method::POST, "", &path(&declined, "/decline"), None)
        .await;
    assert_eq!((answer.status, &*answer.text), (204, ""));
    let expired = invited(&world, "b@example.com", json!({})).await;
    let statement = "UPDATE invites SET ends_at = 1 WHERE invitee = 'b@example.com'";
    world.meddle(statement).await;
    // Who made it is an owner no more.
    let (acme, mia) = (organization("acme"), username("mia"));
    let by = &Actor::CommandLine;
    let promoted = world.store.set_role(&acme, &mia, Role::Owner, by);
    promoted.await.unwrap();
    world.door.catch_up().await.unwrap();
    let body = json!({"org": "acme", "invitees": ["c@example.com"], "role": "owner"});
    let made = world.post("mia", "/v2/invites/bulk", &body).await;
    let link = made.body["invitees"][0]["invite"]["link"].as_str().unwrap();
    let orphaned = link.rsplit('/').next().unwrap().to_owned();
    let demoted = json!({"role": "member"});
    let demoted = world
        .put("olivia", "/v2/orgs/acme/members/mia", &demoted)
        .await;
    assert_eq!(demoted.status, 200);

    let never = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let nothing = world.get("", &path(never, "")).await;
    assert_eq!(nothing.status, 404);
    let mistyped = format!("{}x", &orphaned[..orphaned.len() - 1]);
    for secret in [
        &declined, &expired, &orphaned, &mistyped, "x", "%00", "..%2f",
    ] {
        for answer in [
            world.get("", &path(secret, "")).await,
            as_new(&world, secret, "eve").await,
            accept(&world, secret, "sam").await,
            world
                .ask(Method::POST, "", &path(secret, "/decline"), None)
                .await,
        ] {
            assert_eq!(answer.status, 404, "{secret}: {}", answer.text);
            assert_eq!(answer.text, nothing.text, "{secret}");
        }
    }
    let listed = world.get("olivia", "/v2/orgs/acme/invites").await;
    let open = listed.body["data"].as_array().unwrap().iter().map(|one| {
        let invitee = one["invitee"].as_str().unwrap();
        (invitee, one["is_open"].as_bool().unwrap())
    });
    let open: Vec<_> = open.collect();
    assert_eq!(open, [("b@example.com", false), ("c@example.com", false)]);
    assert!(
        world
            .store
            .person(&username("eve"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_one_joins() {
    let world = World::new().await;
    let secret = invited(&world, "ann@example.com", json!({})).await;
    let (one, two, three) = tokio::join!(
        as_new(&world, &secret, "ann"),
        as_new(&world, &secret, "eve"),
        accept(&world, &secret, "oscar"),
    );
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert!(
        statuses[0] < 300 && statuses[1..] == [404, 404],
        "{statuses:?}"
    );
    let members = world.get("olivia", "/v2/orgs/acme/members").await;
    assert_eq!(members.body["count"], 3);
}

#[tokio::test]
async fn a_weak_password_uses_nothing_up_and_strangers_hash_nothing() {
    let world = World::new().await;
    let secret = invited(&world, "ann@example.com", json!({})).await;
    let hashed = || world.identity.counters().passwords_hashed;
    let before = hashed();
    for (body, status) in [
        (json!({"username": "ann", "password": "short"}), 400),
        (json!({"username": "Ann", "password": PASSWORD}), 400),
        (json!({"username": "ann"}), 400),
        (json!({"password": PASSWORD}), 400),
    ] {
        let answer = world.post("", &path(&secret, "/account"), &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        assert!(!answer.text.contains(PASSWORD), "{}", answer.text);
    }
    let stranger = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(as_new(&world, stranger, "eve").await.status, 404);
    assert_eq!(hashed(), before);
    // Role and organization do not come from a body.
    let body = json!({
        "username": "ann", "password": PASSWORD,
        "role": "owner", "organization": "other", "email": "olivia@example.com", "team": "owners",
    });
    let answer = world.post("", &path(&secret, "/account"), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let ann = world.get("olivia", "/v2/orgs/acme/members/ann").await;
    assert_eq!(ann.body["role"], "Member");
    assert_eq!(ann.body["email"], "ann@example.com");
    assert_eq!(hashed(), before + 1);
}

#[tokio::test]
async fn machines_and_tokens_that_only_read_accept_nothing() {
    let world = World::new().await;
    let secret = invited(&world, "x@example.com", json!({})).await;
    let sam = {
        let directory = world.identity.directory();
        directory.person_named("sam").unwrap().id
    };
    let read = [pullgate_identity::Scope::RepoRead];
    for (owner, name) in [
        (TokenOwner::Organization(organization("other")), "other"),
        (TokenOwner::Person(sam), "sam"),
    ] {
        let token = world
            .identity
            .issue_token(TokenOrder::new(owner, "ci", &read), &Actor::System)
            .await
            .unwrap();
        let from = std::net::Ipv4Addr::LOCALHOST.into();
        let subject = world.identity.sign_in(name, &token.secret, from).await;
        let session = world.identity.issue_session(&subject.unwrap()).unwrap();
        let answer = world
            .ask_with(
                Method::POST,
                Some(&session.token),
                &path(&secret, "/accept"),
                None,
            )
            .await;
        assert_eq!(answer.status, 403, "{name}: {}", answer.text);
    }
    // Nor does whoever was deactivated.
    let session = world.session("sam");
    world
        .store
        .set_active(
            &username("sam"),
            AccountStatus::Deactivated,
            &Actor::CommandLine,
        )
        .await
        .unwrap();
    world.door.catch_up().await.unwrap();
    let answer = world
        .ask_with(
            Method::POST,
            Some(&session),
            &path(&secret, "/accept"),
            None,
        )
        .await;
    assert_eq!(answer.status, 401, "{}", answer.text);
}
