//! A server with something of everything that a request can name.

use std::process::Command;

use pullgate_e2e::wire::{Ask, ask};
use pullgate_e2e::{Gateway, Setting, eventually, run};
use serde_json::{Value, json};

/// How many there are of what requests can delete: enough that some are left.
const MANY: usize = 20;

/// Who owns the organization.
pub(crate) const OWNER: &str = "olivia";

/// Who belongs to it.
pub(crate) const MEMBERS: [&str; 5] = ["mia", "noah", "ada", "ben", "eva"];

/// Its teams.
pub(crate) const TEAMS: [&str; 6] = ["developers", "data", "ops", "design", "web", "lab"];

/// A server, and what it has, by its ids.
pub(crate) struct Installation {
    pub(crate) gateway: Gateway,
    pub(crate) personal_tokens: Vec<String>,
    pub(crate) organization_tokens: Vec<String>,
    pub(crate) invites: Vec<String>,
    /// What the links of invites end with.
    pub(crate) secrets: Vec<String>,
    pub(crate) requests: Vec<String>,
    pub(crate) exceptions: Vec<String>,
    pub(crate) decisions: Vec<String>,
    /// A moment some days from now.
    pub(crate) later: String,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let gateway = Gateway::start(&Setting {
            hub: "http://127.0.0.1:1".to_owned(),
            ..Setting::default()
        });
        settle(&gateway);
        let (owner, member) = (session(&gateway, OWNER), session(&gateway, MEMBERS[0]));
        let later = run(Command::new("date").args(["-u", "-d", "+7 days", "+%FT%TZ"]));
        let later = later.expect_success().trim().to_owned();
        let post = |session: &str, path: &str, body: Value| -> Value {
            let body = body.to_string();
            let request = ask("POST", path).bearer(session);
            done(&request.body("application/json", body.as_bytes()), &gateway)
        };
        let many = |make: &dyn Fn(usize) -> Value, id: &str| -> Vec<String> {
            let ids = (0..MANY).map(|number| text(&make(number)[id]));
            ids.collect()
        };
        let personal_tokens = many(
            &|number| {
                let wanted =
                    json!({"token_label": format!("laptop {number}"), "scopes": ["repo:read"]});
                post(&owner, "/v2/access-tokens", wanted)
            },
            "uuid",
        );
        let organization_tokens = many(
            &|number| {
                let wanted = json!({"label": format!("machine {number}")});
                post(&owner, "/v2/orgs/acme/access-tokens", wanted)
            },
            "id",
        );
        let addresses: Vec<_> = (0..MANY).map(|n| format!("n{n}@acme.example")).collect();
        let bulk = json!({"org": "acme", "invitees": addresses});
        let bulk = post(&owner, "/v2/invites/bulk", bulk);
        let invites = bulk["invitees"].as_array().unwrap();
        let of_each = |field: &str| -> Vec<String> {
            let values = invites.iter().map(|one| text(&one["invite"][field]));
            values.collect()
        };
        let requests = many(
            &|number| {
                let image = format!("community/image-{number}");
                let wanted = json!({"image": image, "reason": "to look at it"});
                post(&member, "/api/v1/requests", wanted)["request"].clone()
            },
            "id",
        );
        let exceptions = many(
            &|number| {
                let wanted = json!({
                    "image": format!("elsewhere/image-{number}"), "covers": "organization",
                    "ends_at": later, "reason": "for the course",
                });
                post(&owner, "/api/v1/orgs/acme/exceptions", wanted)
            },
            "id",
        );
        let decisions = decisions(&gateway, &owner);
        Self {
            personal_tokens,
            organization_tokens,
            invites: of_each("id"),
            secrets: of_each("link")
                .iter()
                .filter_map(|link| Some(link.rsplit_once('/')?.1.to_owned()))
                .collect(),
            requests,
            exceptions,
            decisions,
            later,
            gateway,
        }
    }

    pub(crate) fn session(&self, username: &str) -> String {
        session(&self.gateway, username)
    }
}

/// People, an organization, its teams and its policy.
fn settle(gateway: &Gateway) {
    for username in [OWNER].iter().chain(&MEMBERS) {
        gateway
            .command_with_input(
                &["user", "create", username, "--password-stdin"],
                &format!("{}\n", password(username)),
            )
            .expect_success();
    }
    let command = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        gateway.command(&words).expect_success();
    };
    command("org create acme --owner olivia");
    command("policy set acme --iam on");
    command("user set olivia --site-administrator on");
    for member in MEMBERS {
        command(&format!("member add acme {member}"));
    }
    for team in TEAMS {
        command(&format!("team create acme {team}"));
        command(&format!("team add acme {team} mia"));
    }
}

/// Somebody is denied, which is a decision.
fn decisions(gateway: &Gateway, owner: &str) -> Vec<String> {
    let token = ask("GET", "/token?service=pullgate").basic(MEMBERS[0], &password(MEMBERS[0]));
    let token = text(&token.to(gateway.port()).json()["token"]);
    let pull = ask("GET", "/v2/evil/miner/manifests/1").bearer(&token);
    assert_eq!(pull.to(gateway.port()).status, 403);
    let search = ask("GET", "/api/v1/orgs/acme/decisions").bearer(owner);
    let mut found = Vec::new();
    eventually("the decision is recorded", || {
        let page = done(&search, gateway);
        let results = page["results"].as_array().into_iter().flatten();
        found = results.map(|one| text(&one["id"])).collect();
        !found.is_empty()
    });
    found
}

pub(crate) fn password(username: &str) -> String {
    format!("a long passphrase of {username}")
}

fn session(gateway: &Gateway, username: &str) -> String {
    let login = json!({"username": username, "password": password(username)}).to_string();
    let request = ask("POST", "/v2/users/login").body("application/json", login.as_bytes());
    text(&done(&request, gateway)["token"])
}

/// The answer to what has to work.
#[track_caller]
fn done(request: &Ask, gateway: &Gateway) -> Value {
    let answer = request.to(gateway.control());
    assert!(
        (200..300).contains(&answer.status),
        "{request:?}: {}",
        answer.text()
    );
    answer.json()
}

#[track_caller]
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("neither a text nor a number: {other}"),
    }
}
