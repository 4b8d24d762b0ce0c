//! Made-up policies, to see that none of them is changed by being written.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// A policy as a document with some of its sections, as a person could have
/// written it: in any order, with names in any of their spellings.
pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let sections = (
        option::of(iam()),
        option::of(ram()),
        option::of(vec(name(), 0..4).prop_map(trusted)),
        option::of(vec("[a-z]{1,4}", 0..4).prop_map(namespaces)),
        option::of(allowlist()),
        option::of(teams()),
        option::of(exceptions()),
    );
    sections.prop_map(
        |(iam, ram, trusted, namespaces, allowlist, teams, exceptions)| {
            let mut file = json!({"pullgate": "policy/v1", "organization": "acme"});
            for (section, value) in [
                ("iam", iam),
                ("ram", ram),
                ("trusted", trusted),
                ("namespaces", namespaces),
                ("allowlist", allowlist),
                ("teams", teams),
                ("exceptions", exceptions),
            ] {
                if let Some(value) = value {
                    file[section] = value;
                }
            }
            file
        },
    )
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words)
}

fn iam() -> impl Strategy<Value = Value> {
    let permission = || word(&["allowed", "restricted"]);
    let switch = || word(&["on", "off"]);
    let mode = word(&["enforce", "monitor"]);
    (
        switch(),
        mode,
        permission(),
        permission(),
        permission(),
        switch(),
    )
        .prop_map(
            |(enabled, mode, official, verified, sponsored, allowlist)| {
                json!({
                    "enabled": enabled, "mode": mode, "official": official,
                    "verified_publisher": verified, "sponsored_oss": sponsored,
                    "allowlist": allowlist,
                })
            },
        )
}

fn ram() -> impl Strategy<Value = Value> {
    let registries = [
        "ghcr.io",
        "quay.io",
        "registry.acme.example:5000",
        "[::1]:5000",
        "localhost",
    ];
    (
        word(&["on", "off"]),
        word(&["enforce", "monitor"]),
        word(&["allowed", "restricted"]),
        subsequence(registries.to_vec(), 0..=5),
    )
        .prop_map(|(enabled, mode, hub, registries)| {
            json!({"enabled": enabled, "mode": mode, "docker_hub": hub, "registries": registries})
        })
}

/// A path that two registries could have.
fn name() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,6}(/[a-z0-9]{1,6}){0,2}(/\\*{1,2})?"
}

fn trusted(names: Vec<String>) -> Value {
    distinct(names.into_iter().map(|name| format!("quay.io/{name}")))
}

fn namespaces(names: Vec<String>) -> Value {
    distinct(names.into_iter().map(|name| format!("GHCR.io/{name}")))
}

/// Each once.
fn distinct(names: impl Iterator<Item = String>) -> Value {
    let names: std::collections::BTreeSet<String> = names.collect();
    json!(names.into_iter().rev().collect::<Vec<_>>())
}

/// What people write: anything that can be seen, and line breaks.
fn note() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~]{0,40}",
        "\\PC{0,20}",
        "[a-z\\n\\t #:\"'\\\\-]{0,20}",
        select(vec![
            "yes",
            "null",
            "~",
            "0x1F",
            "1e3",
            "12:30:45",
            "2026-11-24",
            "- a",
            "a: b",
            "a #b",
            "&a",
            "*a",
            "!a",
            "{a}",
            "[a]",
            "%a",
            "@a",
            "`a",
            "?",
            "|",
            ">",
            "'",
            "\"",
            " a ",
            "a\u{2028}b",
            "a\u{feff}",
            "\u{1f600}",
            "---",
            "...",
            "=",
            "<<",
        ])
        .prop_map(str::to_owned),
    ]
}

fn allowlist() -> impl Strategy<Value = Value> {
    btree_map(name(), note(), 0..6).prop_map(|entries| {
        let entries = entries.into_iter().rev().map(|(name, note)| {
            let pattern = format!("ghcr.io/{name}");
            if note.is_empty() {
                json!({"pattern": pattern})
            } else {
                json!({"note": note, "pattern": pattern})
            }
        });
        entries.collect::<Vec<_>>().into()
    })
}

fn teams() -> impl Strategy<Value = Value> {
    let categories = ["official", "verified_publisher", "sponsored_oss"];
    let categories = subsequence(categories.to_vec(), 0..=3).prop_shuffle();
    let patterns = vec(name(), 0..3);
    // Names that another reader would take for something else.
    let names = select(vec!["data", "ops", "on", "null", "0x1", "123", "1e3", "y"]);
    btree_map(names, (categories, patterns), 0..4).prop_map(|teams| {
        let mut all = json!({});
        for (team, (categories, patterns)) in teams {
            let mut given = json!({});
            if !categories.is_empty() {
                given["categories"] = json!(categories);
            }
            if !patterns.is_empty() {
                given["allowlist"] = trusted(patterns);
            }
            if given != json!({}) {
                all[team] = given;
            }
        }
        all
    })
}

fn exceptions() -> impl Strategy<Value = Value> {
    let end = (2030..2100, 1..=12, 1..=28, 0..24, 0..1_000_000);
    let end = end.prop_map(|(year, month, day, hour, micro)| match micro % 3 {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{year}-{month:02}-{day:02}T{hour:02}:00:00+02:00"),
        _ => format!("{year}-{month:02}-{day:02}T{hour:02}:00:00.{micro:06}Z"),
    });
    let reason = note().prop_map(|note| format!("r{note}"));
    let one = (
        "[a-z]{1,3}/[a-z]{1,3}",
        select(vec!["", "mia", "olivia"]),
        end,
        reason,
    );
    btree_map("[a-z]{1,4}", one, 0..4).prop_map(|lines| {
        let lines = lines.into_iter().map(|(name, (path, user, end, reason))| {
            let mut line = json!({
                "repository": format!("{path}/{name}"), "ends": end, "reason": reason,
            });
            if !user.is_empty() {
                line["user"] = json!(user);
            }
            line
        });
        lines.collect::<Vec<_>>().into()
    })
}
