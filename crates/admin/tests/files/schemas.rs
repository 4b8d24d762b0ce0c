//! The schemas are golden files, and well-formed.

use std::path::Path;

use pullgate_admin::{FileKind, file_schema};
use serde_json::Value;

/// `INSTA_UPDATE=always cargo test -p pullgate-admin --test files schema`
/// writes them anew.
#[test]
fn the_schemas_in_the_repository_are_those_of_this_code() {
    for (kind, name) in [(FileKind::Policy, "policy"), (FileKind::Cases, "cases")] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
        let file = folder.join(format!("{name}.schema.json"));
        let now = serde_json::to_string_pretty(&file_schema(kind)).unwrap() + "\n";
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&file, &now).unwrap();
        }
        let golden = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            golden == now,
            "docs/schema/{name}.schema.json is not what this code says. Read the change after\n  \
             INSTA_UPDATE=always cargo test -p pullgate-admin --test files schema"
        );
    }
}

#[test]
fn everything_in_a_schema_says_what_it_is_and_allows_nothing_unknown() {
    for kind in [FileKind::Policy, FileKind::Cases, FileKind::Test] {
        let mut objects = 0;
        visit(&file_schema(kind), &mut |schema| {
            if schema["type"] != "object" {
                return;
            }
            objects += 1;
            let more = &schema["additionalProperties"];
            assert!(*more == false || more.is_object(), "{schema}");
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let about = property["description"].as_str().unwrap_or_default();
                assert!(about.ends_with('.'), "{name}: {about:?}");
            }
        });
        assert!(objects >= 2, "{kind:?}");
    }
}

fn visit(value: &Value, look: &mut impl FnMut(&Value)) {
    if value.is_object() {
        look(value);
    }
    let children: Vec<&Value> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for child in children {
        visit(child, look);
    }
}
