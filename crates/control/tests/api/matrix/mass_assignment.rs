//! Fields that an operation does not have do nothing.
//!
//! A role, an organization, an owner or an id that somebody adds to a body
//! must not be taken from it (CVE-2019-16097, Harbor). So each operation is
//! asked twice in two worlds that are the same, with what it takes and with
//! more, and afterwards both databases have to hold the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::actors::Actor;
use super::database::Database;
use super::furniture::{acme, another, path_in};
use super::{PASSWORD, expected};
use crate::document::{Operation, document, resolve};

/// What somebody might hope for, in every spelling that is used anywhere.
fn hopes() -> Vec<(&'static str, Value)> {
    vec![
        ("role", json!("owner")),
        ("roles", json!(["owner"])),
        ("site_role", json!("administrator")),
        ("is_admin", json!(true)),
        ("admin", json!(true)),
        ("has_admin_role", json!(true)),
        ("organization", json!("other")),
        ("organizations", json!(["other"])),
        ("org", json!("other")),
        ("org_name", json!("other")),
        ("orgname", json!("other")),
        ("namespace", json!("docker.io/other/**")),
        ("owner", json!("mia")),
        ("owner_id", json!(1)),
        ("person", json!("oscar")),
        ("user", json!("oscar")),
        ("username", json!("oscar")),
        ("account", json!("other")),
        ("made_by", json!("oscar")),
        ("created_by", json!("oscar")),
        ("actor", json!("oscar")),
        ("id", json!("00000000-0000-7000-8000-000000000001")),
        ("uuid", json!("00000000-0000-7000-8000-000000000001")),
        ("created_at", json!("2001-01-01T00:00:00Z")),
        ("status", json!("approved")),
        ("state", json!("approved")),
        ("token", json!("pgp_of_my_choice")),
        ("password", json!("of my choice")),
        ("password_hash", json!("of my choice")),
        ("version", json!(7)),
        ("site_administrator", json!(true)),
    ]
}

#[tokio::test]
async fn mass_assignment_a_body_gives_no_role_no_organization_and_no_id() {
    let (world, places) = acme(PASSWORD).await;
    let furnished = Database::of(&world.database()).await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (operation, expectation) in &expected() {
        let Some(body) = expectation.body.as_ref().filter(|body| body.is_object()) else {
            continue;
        };
        let more = with_hopes(operation, body);
        for actor in [Actor::Member, Actor::Owner] {
            if expectation.refused(actor).is_some() {
                continue;
            }
            let mut ends = Vec::new();
            for body in [body, &more] {
                let world = another(&furnished).await;
                let session = actor.session(&world).await;
                let path = format!("{}{}", path_in(&places, &operation.path), expectation.query);
                let method = operation.method.clone();
                let answer = world
                    .ask_with(method, session.as_deref(), &path, Some(body))
                    .await;
                let rows = Database::of(&world.database()).await.now().await;
                ends.push((answer.status, told_apart_from_chance(&rows)));
            }
            tried += 1;
            let before = told_apart_from_chance(&furnished.now().await);
            let [(usual, changed), (status, with_more)] = &ends[..] else {
                unreachable!("there are two")
            };
            // Refusing what is not known is as good as doing nothing with it.
            let harmless = match status {
                400 => *with_more == before,
                status => status == usual && with_more == changed,
            };
            if !harmless {
                wrong.push(format!(
                    "{}, {actor:?}: {status} and not {usual}, or another change: {:#?}",
                    operation.name(),
                    difference(changed, with_more)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 2, "only {tried} were tried");
}

/// The body with all that it has no field for, at the top and within.
fn with_hopes(operation: &Operation, body: &Value) -> Value {
    let document = document();
    let described = &operation.described["requestBody"]["content"];
    let schema = resolve(&document, &described["application/json"]["schema"]);
    let mut more = body.clone();
    add_hopes(&document, schema, &mut more);
    more
}

fn add_hopes(document: &Value, schema: &Value, body: &mut Value) {
    let Value::Object(fields) = body else {
        return;
    };
    for (name, field) in fields.iter_mut() {
        let inner = resolve(document, &schema["properties"][name]);
        // A map takes any name: nothing in it is more than it has.
        if inner["properties"].is_object() {
            add_hopes(document, inner, field);
        }
    }
    for (name, value) in hopes() {
        if schema["properties"].get(name).is_none() {
            fields.entry(name).or_insert(value);
        }
    }
}

/// Rows without what differs from one run to the next: times, ids, hashes.
fn told_apart_from_chance(rows: &[String]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(|row| without_chance(row)).collect();
    rows.sort();
    rows
}

fn without_chance(row: &str) -> String {
    let row = &without_times_and_passwords(row);
    let mut text = String::new();
    let mut word = String::new();
    for letter in row.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || letter == '-' {
            word.push(letter);
            continue;
        }
        let long = word.len() >= 12;
        let chance = long
            && word
                .chars()
                .all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        text.push_str(if chance { "…" } else { &word });
        word.clear();
        text.push(letter);
    }
    text
}

/// A password's hash ends with its quotes, and `2026-12-02T23:46:44.725Z` with
/// its `Z`.
fn without_times_and_passwords(row: &str) -> String {
    let mut text = String::new();
    for (index, part) in row.split("$argon2").enumerate() {
        match part.split_once('\'') {
            Some((_, rest)) if index > 0 => {
                text.push_str("…'");
                text.push_str(rest);
            }
            _ => text.push_str(part),
        }
    }
    let parts = text.split('"').map(|part| match part.parse::<Timestamp>() {
        Ok(_) => "…",
        Err(_) => part,
    });
    parts.collect::<Vec<_>>().join("\"")
}

fn difference<'a>(one: &'a [String], other: &'a [String]) -> Vec<&'a String> {
    let only =
        |these: &'a [String], those: &'a [String]| these.iter().filter(|row| !those.contains(row));
    only(one, other).chain(only(other, one)).collect()
}
