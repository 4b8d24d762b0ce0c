use http::Method;
use pullgate_console::Scheme;
use pullgate_identity::{Scope, TokenOrder};
use pullgate_policy::Role;
use pullgate_store::{AccountStatus, Actor, TokenOwner};

use crate::world::{World, organization, password, username};

const BY: &Actor = &Actor::CommandLine;

#[tokio::test]
async fn a_member_signs_in_and_out() {
    let world = World::new().await;
    let mut browser = world.browser();
    let asked = browser.get("/account").await;
    assert_eq!(
        (asked.status, asked.leads_to()),
        (303, "/sign-in?next=/account")
    );
    let page = browser.get("/sign-in?next=/account").await;
    assert!(page.text.contains("name=\"next\" value=\"/account\""));
    let fields = [
        ("username", "mia"),
        ("password", &*password("mia")),
        ("next", "/account"),
    ];
    let signed_in = browser.post("/sign-in", &fields).await;
    assert_eq!((signed_in.status, signed_in.leads_to()), (303, "/account"));
    let account = browser.get("/account").await;
    assert_eq!(account.status, 200);
    assert!(account.text.contains("mia@example.com"));
    assert!(account.text.contains("acme"));

    let out = browser.submit("/account", "/sign-out", &[]).await;
    assert_eq!((out.status, out.leads_to()), (303, "/sign-in"));
    let page = browser.get("/sign-in").await;
    assert!(page.text.contains("You are signed out."));
    assert!(
        !browser
            .get("/sign-in")
            .await
            .text
            .contains("You are signed out.")
    );
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let mut copied = browser.at(&world);
    browser.submit("/account", "/sign-out", &[]).await;
    assert!(!copied.is_signed_in().await);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_the_same() {
    let world = World::new().await;
    let mut browser = world.browser();
    let wrong = browser.sign_in("mia", "wrong").await;
    let unknown = browser.sign_in("nobody", "wrong").await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    assert_eq!(
        wrong.text.replace("value=\"mia\"", ""),
        unknown.text.replace("value=\"nobody\"", "")
    );
    assert!(wrong.text.contains("is not right"));
    assert!(
        !wrong.text.contains("wrong\""),
        "the password is not sent back"
    );
    assert_eq!(wrong.cookie("pullgate"), None);
}

#[tokio::test]
async fn guessing_is_throttled() {
    let world = World::new().await;
    let mut browser = world.browser();
    let mut heard = 0;
    let refused = loop {
        let answer = browser.sign_in("mia", &format!("guess {heard}")).await;
        if answer.status == 429 {
            break answer;
        }
        heard += 1;
        assert!(heard < 50, "nobody is stopped");
    };
    assert!(refused.text.contains("Try again in"), "{}", refused.text);
    let right = browser.sign_in("mia", &password("mia")).await;
    assert_eq!(right.status, 429, "a guesser learns nothing");
}

#[tokio::test]
async fn an_access_token_signs_nobody_in_here() {
    let world = World::new().await;
    let mia = world.store.person(&username("mia")).await.unwrap().unwrap();
    let owner = TokenOwner::Person(mia.id);
    let identity = world.identity().await;
    let issued = identity
        .issue_token(TokenOrder::new(owner, "laptop", &[Scope::RepoAdmin]), BY)
        .await
        .unwrap();
    // A server that has read the directory since.
    let replica = world.another_replica().await;
    let mut browser = replica.browser();
    let answer = browser.sign_in("mia", issued.secret.expose()).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("your password"), "{}", answer.text);
    assert_eq!(answer.cookie("pullgate"), None);
}

#[tokio::test]
async fn a_session_ends_unused_and_in_any_case() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    for _ in 0..13 {
        world.wait(11 * 60);
        assert!(browser.is_signed_in().await, "it is in use");
    }
    world.wait(11 * 60);
    world.wait(11 * 60);
    assert!(!browser.is_signed_in().await, "not for twelve hours");

    let mut browser = world.signed_in("mia").await;
    for _ in 0..15 {
        world.wait(11 * 60);
        assert!(browser.is_signed_in().await);
    }
    world.wait(4 * 60);
    assert!(!browser.is_signed_in().await, "seven days are over");
}

/// What takes a session's ground away, on whichever server it is done, holds
/// on the next request to any other.
#[tokio::test]
async fn what_ends_a_session_holds_on_the_next_request_on_every_server() {
    let world = World::new().await;
    let replica = world.another_replica().await;

    let mut browser = world.signed_in("mia").await;
    assert!(
        browser.at(&replica).is_signed_in().await,
        "one sign-in for all"
    );
    replica
        .store
        .set_active(&username("mia"), AccountStatus::Deactivated, BY)
        .await
        .unwrap();
    assert!(!browser.is_signed_in().await, "deactivated");
    replica
        .store
        .set_active(&username("mia"), AccountStatus::Active, BY)
        .await
        .unwrap();
    assert!(!browser.is_signed_in().await, "and not back to life");

    let mut browser = world.signed_in("mia").await;
    replica
        .store
        .set_password_hash(&username("mia"), &"$argon2id$other".into(), BY)
        .await
        .unwrap();
    assert!(!browser.is_signed_in().await, "a new password");
}

#[tokio::test]
async fn a_membership_that_ended_is_gone_on_the_next_request() {
    let world = World::new().await;
    let replica = world.another_replica().await;
    let mut browser = world.signed_in("mia").await;
    assert_eq!(browser.get("/orgs/acme").await.status, 200);
    replica
        .store
        .remove_member(&organization("acme"), &username("mia"), BY)
        .await
        .unwrap();
    let gone = browser.get("/orgs/acme").await;
    assert_eq!(gone.status, 404);
    let never = browser.get("/orgs/zebra").await;
    assert_eq!(
        gone.text.replace("acme", "X"),
        never.text.replace("zebra", "X"),
        "one of others is told from none by nothing"
    );
    replica
        .store
        .set_member(&organization("acme"), &username("mia"), Role::Owner, BY)
        .await
        .unwrap();
    assert!(browser.get("/account").await.text.contains("(owner)"));
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let world = World::new().await;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let mut browser = world.browser();
        let fields = [
            ("username", "mia"),
            ("password", &*password("mia")),
            ("next", elsewhere),
        ];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(
            (answer.status, answer.leads_to()),
            (303, "/"),
            "{elsewhere}"
        );
        let query = url::form_urlencoded::byte_serialize(elsewhere.as_bytes());
        let address = format!("/sign-in?next={}", query.collect::<String>());
        assert_eq!(browser.get(&address).await.leads_to(), "/", "{elsewhere}");
        let page = world.browser().get(&address).await;
        assert!(
            page.text.contains("name=\"next\" value=\"/\""),
            "{elsewhere}"
        );
    }
}

#[tokio::test]
async fn the_cookie_fits_the_way() {
    let world = World::new().await;
    let mut browser = world.browser();
    (browser.scheme, browser.host) = (Scheme::Https, "pullgate.acme.example");
    let answer = browser.sign_in("mia", &password("mia")).await;
    assert!(answer.cookie("__Host-pullgate").is_some());
    let set = answer.header("set-cookie");
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert!(browser.is_signed_in().await);
    // A plain cookie of the other name is not taken over an encrypted way.
    let secret = browser.cookies[0].1.clone();
    browser.cookies = vec![("pullgate".to_owned(), secret)];
    assert!(!browser.is_signed_in().await);

    let mut plain = world.browser();
    plain.host = "10.0.0.7:8080";
    let page = plain.get("/sign-in").await;
    assert!(page.text.contains("not encrypted"), "{}", page.text);
    assert!(!page.text.contains("type=\"password\""));
    let refused = plain.sign_in("mia", &password("mia")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.cookie("pullgate"), None);
}

#[tokio::test]
async fn a_form_of_a_session_that_ended_is_not_carried_out_and_says_so() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let token = browser.get("/account").await.token();
    let mut other = browser.at(&world);
    other.submit("/account", "/sign-out/everywhere", &[]).await;
    let fields = [("csrf", &*token), ("current", "x"), ("new", "y")];
    let late = browser.post("/account/password", &fields).await;
    assert_eq!(late.status, 401);
    assert!(
        late.text.contains("Your session has ended"),
        "{}",
        late.text
    );
    assert_eq!(
        late.cookie("pullgate").as_deref(),
        Some(""),
        "it is taken away"
    );
    let page = browser.get("/account").await;
    assert_eq!(page.leads_to(), "/sign-in?next=/account");
}

#[tokio::test]
async fn while_the_database_is_away_nobody_is_let_in_and_nobody_signed_out() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    world.store.close().await;
    let page = browser.get("/account").await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("The database does not answer"));
    assert!(!page.text.contains("mia@example.com"));
    assert_eq!(page.cookie("pullgate"), None, "the cookie stays");
    assert!(page.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_made_up_cookie_is_nobodys() {
    let world = World::new().await;
    for secret in ["x", "", "%00", &"A".repeat(43), &"A".repeat(5000)] {
        let mut browser = world.browser();
        browser.cookies = vec![("pullgate".to_owned(), secret.to_owned())];
        assert!(!browser.is_signed_in().await, "{secret}");
    }
}

#[tokio::test]
async fn looking_at_the_head_of_a_page_is_looking_at_it() {
    let world = World::new().await;
    let mut browser = world.signed_in("mia").await;
    let head = browser.send(Method::HEAD, "/account", None, &[]).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}
