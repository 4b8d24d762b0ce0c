//! What differs between two states of something, in lines for a person.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use super::identifier::short;
use crate::output::date;

/// One line for each value that differs: `official: allowed → restricted`,
/// `registries: added quay.io`. What is new or gone as a whole is told as it
/// is, or was.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<String> {
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
        (Json::Array(before), Json::Array(after)) => {
            for gone in before.iter().filter(|item| !after.contains(item)) {
                lines.push(line(path, &format!("removed {}", shown(gone))));
            }
            for new in after.iter().filter(|item| !before.contains(item)) {
                lines.push(line(path, &format!("added {}", shown(new))));
            }
        }
        (Json::Object(_), Json::Object(_)) => {
            for key in keys(before).union(&keys(after)) {
                compare(&below(path, key), &before[*key], &after[*key], lines);
            }
        }
        _ => lines.push(line(path, &format!("{} → {}", shown(before), shown(after)))),
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
        Json::Object(_) => {
            for key in keys(value) {
                tell(&below(path, key), &value[key], lines);
            }
        }
        scalar => lines.push(line(path, &shown(scalar))),
    }
}

fn keys(value: &Json) -> BTreeSet<&str> {
    let object = value.as_object().into_iter();
    object
        .flat_map(|object| object.keys().map(String::as_str))
        .collect()
}

fn below(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

fn line(path: &str, what: &str) -> String {
    match label(path) {
        "" => what.to_owned(),
        label => format!("{label}: {what}"),
    }
}

/// A value as it is typed, or shown elsewhere.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => "none".to_owned(),
        Json::String(text) => {
            if let Ok(id) = text.parse::<Uuid>() {
                short(id)
            } else if let Ok(at) = text.parse::<Timestamp>() {
                date(at)
            } else {
                text.clone()
            }
        }
        other => other.to_string(),
    }
}

/// The policy's settings in the words in which they are shown elsewhere.
fn label(path: &str) -> &str {
    match path {
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
        other => other,
    }
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
