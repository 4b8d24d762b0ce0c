//! The API as it is served beside its own description: schemathesis makes
//! requests of all kinds from the description, good ones and bad ones, and no
//! answer may be one that the description does not have.
#![allow(
    clippy::unwrap_used,
    reason = "a story that cannot go on fails where it stands"
)]

mod installation;

use std::io::Write;

use installation::{Installation, MEMBERS, OWNER, TEAMS, password};
use pullgate_e2e::schemathesis::{Schemathesis, Tried};

/// How long each of them goes on, in seconds, side by side.
const SECONDS: u32 = 40;

/// What images are called.
const IMAGES: &[&str] = &[
    "docker.io/library/nginx",
    "docker.io/evil/miner",
    "ghcr.io/acme/app",
];

/// The API of a server with what there is to be named in requests.
fn schemathesis<'a>(on: &'a Installation, session: Option<&'a str>) -> Schemathesis<'a> {
    Schemathesis::new(&on.gateway, session)
        .place("/v2/orgs/{}", &["acme"])
        .place("/v2/orgs/{}/members/{}", &MEMBERS)
        .place("/v2/orgs/{}/groups/{}", &TEAMS)
        .place("/v2/orgs/{}/groups/{}/members/{}", &["mia"])
        .place("/v2/orgs/{}/access-tokens/{}", &on.organization_tokens)
        .place("/v2/access-tokens/{}", &on.personal_tokens)
        .place("/v2/invites/{}", &on.invites)
        .place("/v2/auditlogs/{}", &["acme"])
        .place("/v2/namespaces/{}", &["acme"])
        .place("/api/v1/orgs/{}", &["acme"])
        .place("/api/v1/orgs/{}/teams/{}", &TEAMS)
        .place("/api/v1/orgs/{}/requests/{}", &on.requests)
        .place("/api/v1/orgs/{}/exceptions/{}", &on.exceptions)
        .place("/api/v1/orgs/{}/decisions/{}", &on.decisions)
        .place("/api/v1/invites/{}", &on.secrets)
        .field("query.pattern", IMAGES)
        .field("body.pattern", IMAGES)
        .field("body.entries[*].pattern", IMAGES)
        .field("body.cases[*].image", IMAGES)
        .field("body.repository_names[*]", IMAGES)
        .field("body.image", &["evil/miner", "evil/other", "ghcr.io/a/b"])
        .field(
            "query.image",
            &["nginx", "evil/miner", "ghcr.io/acme/app:1"],
        )
        .field("query.as", &["mia", "olivia"])
        .field("body.ends_at", &[&on.later])
        .field("body.expires_at", &[&on.later])
        .field("body.scopes[*]", &["repo:read", "repo:public_read"])
        .field("body.org", &["acme"])
        .field("body.invitees[*]", &["iris@acme.example", "ivan"])
        .field("body.member", &MEMBERS)
        .field("body.name", &["builders", "testers", "writers"])
        .field("body.username", &[OWNER])
        .field("body.password", &[password(OWNER)])
        .field("body.identifier", &[OWNER])
        .field("body.secret", &[password(OWNER)])
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
    let installation = Installation::new();
    let olivia = installation.session(OWNER);
    let tried = schemathesis(&installation, Some(&olivia)).run(SECONDS);
    tell("an owner", &tried);
    // How many are reached in the time depends on the machine. A name that is
    // wrong in this test would leave many of them unreached.
    let reached = tried.operations - tried.never_succeeded.len();
    assert!(
        reached >= 25,
        "{reached} of {} operations did what they do; say which names there are, in this test",
        tried.operations
    );
}

#[test]
fn a_member_gets_what_the_description_says() {
    let installation = Installation::new();
    let mia = installation.session(MEMBERS[0]);
    let tried = schemathesis(&installation, Some(&mia)).run(SECONDS);
    tell("a member", &tried);
}

#[test]
fn whoever_has_not_signed_in_gets_what_the_description_says() {
    let installation = Installation::new();
    let tried = schemathesis(&installation, None).run(SECONDS);
    tell("nobody", &tried);
}
