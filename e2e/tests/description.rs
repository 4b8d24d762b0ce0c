//! The API as it is served beside its own description: schemathesis makes
//! requests of all kinds from the description, good ones and bad ones, and no
//! answer may be one that the description does not have.

use std::io::Write;

use pullgate_e2e::schemathesis::{Schemathesis, Tried};
use pullgate_e2e::wire::ask;
use pullgate_e2e::{Gateway, Setting};
use serde_json::json;

/// How long each of them goes on, in seconds, side by side.
const SECONDS: u32 = 40;

/// What images are called.
const IMAGES: &[&str] = &[
    "docker.io/library/nginx",
    "docker.io/evil/miner",
    "ghcr.io/acme/app",
];

fn gateway() -> Gateway {
    let gateway = Gateway::start(&Setting {
        hub: "http://127.0.0.1:1".to_owned(),
        ..Setting::default()
    });
    for username in ["olivia", "mia", "newcomer"] {
        gateway
            .command_with_input(
                &["user", "create", username, "--password-stdin"],
                &format!("{}\n", password(username)),
            )
            .expect_success();
    }
    for command in [
        "org create acme --owner olivia",
        "member add acme mia",
        "team create acme developers",
        "user set olivia --site-administrator on",
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        gateway.command(&words).expect_success();
    }
    gateway
}

fn password(username: &str) -> String {
    format!("a long passphrase of {username}")
}

fn session(gateway: &Gateway, username: &str) -> String {
    let login = json!({"username": username, "password": password(username)});
    let answer = ask("POST", "/v2/users/login")
        .body("application/json", login.to_string().as_bytes())
        .to(gateway.control());
    match answer.json()["token"].as_str() {
        Some(token) => token.to_owned(),
        None => panic!("no session: {}", answer.text()),
    }
}

/// The API of a server with what there is to be named in requests.
fn schemathesis<'a>(gateway: &'a Gateway, session: Option<&'a str>) -> Schemathesis<'a> {
    Schemathesis::new(gateway, session)
        .place("/v2/orgs/{}", &["acme"])
        .place("/v2/orgs/{}/members/{}", &["mia"])
        .place("/v2/orgs/{}/groups/{}", &["developers"])
        .place("/v2/orgs/{}/groups/{}/members/{}", &["mia"])
        .place("/v2/auditlogs/{}", &["acme"])
        .place("/v2/namespaces/{}", &["acme"])
        .place("/api/v1/orgs/{}", &["acme"])
        .place("/api/v1/orgs/{}/teams/{}", &["developers"])
        .field("query.pattern", IMAGES)
        .field("body.pattern", IMAGES)
        .field("body.entries[*].pattern", IMAGES)
        .field("body.repository_names[*]", IMAGES)
        .field(
            "query.image",
            &["nginx", "evil/miner", "ghcr.io/acme/app:1"],
        )
        .field("query.as", &["mia", "olivia"])
}

fn tell(who: &str, tried: &Tried) {
    // Past the test's captured output: a count that says nothing is to be
    // noticed.
    let _ = writeln!(
        std::io::stdout(),
        "schemathesis as {who}: {} requests to {} operations, {} of which never succeeded: {}",
        tried.requests,
        tried.operations,
        tried.never_succeeded.len(),
        tried.never_succeeded.join(", ")
    );
}

#[test]
fn an_owner_gets_what_the_description_says() {
    let gateway = gateway();
    let olivia = session(&gateway, "olivia");
    let tried = schemathesis(&gateway, Some(&olivia)).run(SECONDS);
    tell("an owner", &tried);
    // Many need an id that is there and has not been deleted a moment ago, and
    // how many are reached in the time depends on the machine. A name that is
    // wrong in this test would leave nearly all of them unreached.
    let reached = tried.operations - tried.never_succeeded.len();
    assert!(
        reached >= 10,
        "{reached} of {} operations did what they do; say which names there are, in this test",
        tried.operations
    );
}

#[test]
fn a_member_gets_what_the_description_says() {
    let gateway = gateway();
    let mia = session(&gateway, "mia");
    let tried = schemathesis(&gateway, Some(&mia)).run(SECONDS);
    tell("a member", &tried);
}

#[test]
fn whoever_has_not_signed_in_gets_what_the_description_says() {
    let gateway = gateway();
    let tried = schemathesis(&gateway, None).run(SECONDS);
    tell("nobody", &tried);
}
