//! What differs between two states of something, in lines for a person.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

/// One line for each value that differs: `official: allowed → restricted`,
/// `registries: added quay.io`. What is new or gone as a whole is told as it
/// is, or was.
pub fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut lines = Vec::new();
    match (before, after) {
        (whole, Json::Null) | (Json::Null, whole) => tell("", whole, &mut lines),
        _ => compare("", before, after, &mut lines),
    }
    lines
}

fn compare(path: &str, before: &Json, after: &Json, lines: &mut Vec<String>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Json::Object(_), _) | (_, Json::Object(_)) if path == ALLOWLIST => {
            compare_entries(before, after, lines);
        }
        // What is not there has no items and no fields.
        (Json::Array(_) | Json::Null, Json::Array(_)) | (Json::Array(_), Json::Null) => {
            for gone in items(before).filter(|item| !items(after).any(|other| other == *item)) {
                lines.push(line(path, &format!("removed {}", shown(gone))));
            }
            for new in items(after).filter(|item| !items(before).any(|other| other == *item)) {
                lines.push(line(path, &format!("added {}", shown(new))));
            }
        }
        (Json::Object(_) | Json::Null, Json::Object(_)) | (Json::Object(_), Json::Null) => {
            for key in keys(before).union(&keys(after)) {
                compare(&below(path, key), &before[*key], &after[*key], lines);
            }
        }
        _ => lines.push(line(path, &format!("{} → {}", shown(before), shown(after)))),
    }
}

/// The allowlist where it stands as its patterns with their notes.
const ALLOWLIST: &str = "allowlist";

fn compare_entries(before: &Json, after: &Json, lines: &mut Vec<String>) {
    for pattern in keys(before).union(&keys(after)) {
        let entry = |note: &Json| entry(pattern, note);
        let what = match (&before[*pattern], &after[*pattern]) {
            (old, new) if old == new => continue,
            (Json::Null, note) => format!("added {}", entry(note)),
            (note, Json::Null) => format!("removed {}", entry(note)),
            (old, new) => format!("note of {pattern}: {} → {}", shown(old), shown(new)),
        };
        lines.push(line(ALLOWLIST, &what));
    }
}

/// An entry of the allowlist with its note, if it has one.
fn entry(pattern: &str, note: &Json) -> String {
    match note.as_str() {
        None | Some("") => pattern.to_owned(),
        Some(note) => format!("{pattern} ({note})"),
    }
}

/// All that something says.
fn tell(path: &str, value: &Json, lines: &mut Vec<String>) {
    match value {
        Json::Null => {}
        Json::String(text) if text.is_empty() => {}
        Json::Array(items) if items.is_empty() => {}
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            lines.push(line(path, &items.join(", ")));
        }
        Json::Object(notes) if path == ALLOWLIST => {
            lines.extend(notes.iter().map(|(pattern, note)| entry(pattern, note)));
        }
        Json::Object(_) => {
            for key in keys(value) {
                tell(&below(path, key), &value[key], lines);
            }
        }
        scalar => lines.push(line(path, &shown(scalar))),
    }
}

pub(crate) fn items(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn keys(value: &Json) -> BTreeSet<&str> {
    let object = value.as_object().into_iter();
    object
        .flat_map(|object| object.keys().map(String::as_str))
        .collect()
}

pub(crate) fn below(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

fn line(path: &str, what: &str) -> String {
    match label(path).as_str() {
        "" => what.to_owned(),
        label => format!("{label}: {what}"),
    }
}

/// A value as it is typed, or shown elsewhere.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => "none".to_owned(),
        Json::String(text) if text.is_empty() => "none".to_owned(),
        Json::String(text) => {
            if let Ok(id) = text.parse::<Uuid>() {
                short(id)
            } else if let Ok(at) = text.parse::<Timestamp>() {
                at.strftime("%Y-%m-%d %H:%M").to_string()
            } else {
                text.clone()
            }
        }
        Json::Object(fields) if fields.contains_key("ends_at") => exception(value),
        other => other.to_string(),
    }
}

/// An exception in a line.
fn exception(told: &Json) -> String {
    let field = |name: &str| shown(&told[name]);
    let whom = match (&told["team"], &told["person"]) {
        (Json::String(team), _) => format!("team {team}"),
        (_, Json::String(person)) => person.clone(),
        _ => "all members".to_owned(),
    };
    format!(
        "{} for {whom} until {} ({})",
        field("repository"),
        field("ends_at"),
        field("reason")
    )
}

/// The end of an identifier, as it is shown in lists and typed.
fn short(id: Uuid) -> String {
    let mut text = id.simple().to_string();
    text.split_off(text.len() - 12)
}

/// The policy's settings in the words in which they are shown elsewhere.
pub(crate) fn label(path: &str) -> String {
    let label = match path {
        "iam.enabled" => "Image Access Management",
        "iam.mode" => "mode",
        "iam.official" => "official",
        "iam.verified_publisher" => "verified publisher",
        "iam.sponsored_oss" => "sponsored OSS",
        "iam.allowlist" => "allowlist",
        "ram.enabled" => "Registry Access Management",
        "ram.mode" => "registry mode",
        "ram.docker_hub" => "Docker Hub",
        "ram.registries" => "registries",
        "ends_at" => "ends",
        other => {
            let team = other.strip_prefix("teams.");
            return match team.and_then(|team| team.rsplit_once('.')) {
                Some((team, what)) => format!("team {team}, {what}"),
                None => other.to_owned(),
            };
        }
    };
    label.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({"iam": {"enabled": "off", "official": "allowed"}, "trusted": ["a/*"]});
        let after = json!({"iam": {"enabled": "on", "official": "allowed"}, "trusted": ["b/*"]});
        assert_eq!(
            differences(&before, &after),
            [
                "Image Access Management: off → on",
                "trusted: removed a/*",
                "trusted: added b/*"
            ]
        );
        assert!(differences(&after, &after).is_empty());
    }

    #[test]
    fn entries_are_told_with_their_notes() {
        let before = json!({"allowlist": {"a/*": "", "b/*": "old", "c/*": "same"}});
        let after = json!({"allowlist": {"b/*": "new", "c/*": "same", "d/*": "why"}});
        assert_eq!(
            differences(&before, &after),
            [
                "allowlist: removed a/*",
                "allowlist: note of b/*: old → new",
                "allowlist: added d/* (why)",
            ]
        );
        assert_eq!(
            differences(&Json::Null, &after),
            ["b/* (new)", "c/* (same)", "d/* (why)"]
        );
    }

    #[test]
    fn what_was_not_there_had_nothing() {
        let exception = json!({
            "repository": "docker.io/evil/miner", "team": "data", "person": null,
            "ends_at": "2026-11-24T10:00:00Z", "reason": "analysis",
        });
        let after = json!({
            "teams": {"data": {"allowlist": ["a/*"], "categories": ["official"]}},
            "exceptions": [exception],
        });
        let told = [
            "exceptions: added docker.io/evil/miner for team data until 2026-11-24 10:00 (analysis)",
            "team data, allowlist: added a/*",
            "team data, categories: added official",
        ];
        assert_eq!(differences(&json!({}), &after), told);
        let gone = differences(&after, &json!({}));
        assert!(gone.iter().all(|line| line.contains("removed")) && gone.len() == 3);
    }

    #[test]
    fn what_is_new_or_gone_is_told_as_it_is() {
        let exception = json!({
            "ends_at": "2026-11-24T10:00:00Z", "id": "0192aaaa-0000-7000-8000-00000000abcd",
            "note": "", "patterns": ["a", "b"], "team": null,
        });
        let told = [
            "ends: 2026-11-24 10:00",
            "id: 00000000abcd",
            "patterns: a, b",
        ];
        assert_eq!(differences(&Json::Null, &exception), told);
        assert_eq!(differences(&exception, &Json::Null), told);
        assert_eq!(differences(&Json::Null, &json!("acme")), ["acme"]);
    }
}
