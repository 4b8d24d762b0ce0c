//! The description of the API: a golden file, complete, and a page to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document::{document, operations, resolve};
use crate::world::World;

/// `INSTA_UPDATE=always cargo test -p pullgate-control --test api openapi`
/// writes it anew.
#[test]
fn the_description_in_the_repository_is_that_of_this_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let now = pullgate_control::openapi();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &now).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    let different = golden
        .lines()
        .zip(now.lines())
        .position(|(before, now)| before != now);
    assert!(
        golden == now,
        "docs/openapi.json is not what this code says (from line {} on). Read the change after\n  \
         INSTA_UPDATE=always cargo test -p pullgate-control --test api openapi",
        different.unwrap_or_default() + 1
    );
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let tags = document["tags"].as_array().unwrap();
    let tags: Vec<&Value> = tags.iter().map(|tag| &tag["name"]).collect();
    let mut missing = Vec::new();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = operation.name();
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                missing.push(format!("{name}: {what}"));
            }
        };
        let described = &operation.described;
        let id = described["operationId"].as_str().unwrap();
        demand(ids.insert(id.to_owned()), "a name of its own");
        let summary = described["summary"].as_str().unwrap_or_default();
        demand(!summary.is_empty(), "a summary");
        demand(!summary.ends_with('.'), "a summary without a full stop");
        demand(
            tags.contains(&&described["tags"][0])
                && described["tags"].as_array().unwrap().len() == 1,
            "one tag, among those of src/openapi/subjects.rs",
        );
        for text in texts(described) {
            demand(
                !text.contains("[`"),
                "a description that is no link of rustdoc's",
            );
        }
        let empty = Vec::new();
        let parameters = described["parameters"].as_array().unwrap_or(&empty);
        for parameter in parameters {
            demand(
                !is_empty(&parameter["description"]),
                &format!("a description of {}", parameter["name"]),
            );
        }
        for in_path in operation.parameters_in_path() {
            demand(
                parameters
                    .iter()
                    .any(|one| one["in"] == "path" && one["name"] == in_path),
                &format!("the parameter {in_path}"),
            );
        }
        if let Some(body) = described.get("requestBody") {
            demand(has_schema(body), "a schema of its body");
        }
        let answers = described["responses"].as_object().unwrap();
        demand(
            answers.keys().any(|status| status.starts_with(['2', '3'])),
            "what it answers when all is well",
        );
        for (status, answer) in answers {
            let answer = resolve(&document, answer);
            demand(
                !is_empty(&answer["description"]),
                &format!("a description of {status}"),
            );
            demand(
                matches!(status.as_str(), "202" | "204") && answer["content"].is_null()
                    || has_schema(answer),
                &format!("a schema of {status}"),
            );
            demand(
                answer["headers"]["X-RateLimit-Remaining"].is_object(),
                &format!("the headers of {status}"),
            );
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

/// Two types of one name would be one in the description: the first wins, and
/// is not what the second says.
#[test]
fn no_two_types_have_one_name() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files(&source) {
        let text = std::fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(&source).unwrap().display().to_string();
        for name in types(&text) {
            seen.entry(name).or_default().push(place.clone());
        }
    }
    assert!(seen.len() > 3, "{seen:?}");
    seen.retain(|_, places| places.len() > 1);
    assert!(seen.is_empty(), "types of one name: {seen:#?}");
}

/// The names of the types that stand in the description.
fn types(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with("#[derive(") || !line.contains("ToSchema") {
            continue;
        }
        for line in lines.by_ref() {
            if let Some((_, name)) = line.split_once("schema(as = ") {
                names.push(name.chars().take_while(|c| c.is_alphanumeric()).collect());
                break;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            if let Some(at) = words
                .iter()
                .position(|word| matches!(*word, "struct" | "enum"))
            {
                names.push(
                    words[at + 1]
                        .chars()
                        .take_while(|c| c.is_alphanumeric())
                        .collect(),
                );
                break;
            }
        }
    }
    names
}

#[tokio::test]
async fn the_description_is_served_as_it_stands() {
    let world = World::new().await;
    let answer = world.get("", "/openapi.json").await;
    assert_eq!((answer.status, &answer.body), (200, &document()));
    assert!(answer.body["openapi"].as_str().unwrap().starts_with("3.1."));
}

#[tokio::test]
async fn the_page_names_every_operation_and_needs_nothing_from_elsewhere() {
    let world = World::new().await;
    let page = world.get("", "/docs").await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    for operation in operations() {
        let anchor = format!(
            "id=\"{}\"",
            operation.described["operationId"].as_str().unwrap()
        );
        assert!(page.text.contains(&anchor), "{anchor}");
    }
    for foreign in [
        "<script", "src=", "@import", "url(", "<link", "onclick", "style=\"",
    ] {
        assert!(!page.text.contains(foreign), "{foreign}");
    }
    let anchors: BTreeSet<&str> = attribute(&page.text, "id=\"").collect();
    for link in attribute(&page.text, "href=\"#") {
        assert!(
            anchors.contains(link),
            "a link to #{link}, which is nowhere"
        );
    }
    assert_eq!(
        anchors.len(),
        attribute(&page.text, "id=\"").count(),
        "an anchor twice"
    );
}

fn attribute<'a>(page: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .flat_map(|entry| match entry.path() {
            folder if folder.is_dir() => files(&folder),
            file => vec![file],
        })
        .collect()
}

fn has_schema(described: &Value) -> bool {
    let content = described["content"].as_object();
    content.is_some_and(|formats| {
        !formats.is_empty()
            && formats.values().all(|format| {
                let schema = format["schema"].as_object();
                schema.is_some_and(|schema| !schema.is_empty())
            })
    })
}

/// All descriptions in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| match field {
                Value::String(text) if matches!(name.as_str(), "description" | "summary") => {
                    vec![text.as_str()]
                }
                other => texts(other),
            })
            .collect(),
        Value::Array(entries) => entries.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn is_empty(text: &Value) -> bool {
    text.as_str().is_none_or(str::is_empty)
}
