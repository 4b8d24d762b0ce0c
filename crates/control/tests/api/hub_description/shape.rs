//! A schema as a flat list of fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::contract::resolved;

/// How deep fields are followed: schemas may refer to themselves.
const DEEPEST: usize = 6;

/// The fields of a body, by where they stand: `restricted_images.enabled`,
/// `results[].email`. The whole is the field without a name.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    /// `string`; nothing if anything may stand there.
    pub(super) kind: String,
    /// Whether it is there whenever what it stands in is there.
    pub(super) required: bool,
    pub(super) nullable: bool,
    /// The values that it may have, if they are listed.
    pub(super) choices: BTreeSet<String>,
}

impl Shape {
    pub(super) fn of(document: &Value, schema: &Value) -> Self {
        let mut shape = Self::default();
        shape.add(document, schema, "", true, 0);
        shape
    }

    fn add(&mut self, document: &Value, schema: &Value, at: &str, required: bool, depth: usize) {
        let merged = merged(document, schema);
        let kinds = kinds(&merged);
        let field = self.fields.entry(at.to_owned()).or_default();
        field.required |= required;
        field.nullable |= merged["nullable"] == true || kinds.contains("null");
        if let Some(&kind) = kinds.iter().find(|kind| **kind != "null") {
            kind.clone_into(&mut field.kind);
        }
        for choice in merged["enum"].as_array().into_iter().flatten() {
            field.choices.extend(choice.as_str().map(str::to_owned));
        }
        if depth == DEEPEST {
            return;
        }
        if let Some(items) = merged.get("items") {
            self.add(document, items, &format!("{at}[]"), true, depth + 1);
        }
        let needed: Vec<&str> = merged["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in merged["properties"].as_object().into_iter().flatten() {
            let at = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}.{name}")
            };
            // The Hub's description also says so at the field itself.
            let required = needed.contains(&name.as_str()) || property["required"] == true;
            self.add(document, property, &at, required, depth + 1);
        }
    }
}

/// A schema with what it refers to and is put together from in one.
fn merged(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let mut whole = schema.clone();
    let parts = ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .filter_map(|name| schema[name].as_array())
        .flatten();
    for part in parts {
        let part = merged(document, part);
        if part["type"] == "null" {
            whole["nullable"] = true.into();
            continue;
        }
        for (name, value) in part.as_object().into_iter().flatten() {
            match (whole.get_mut(name), value) {
                (Some(Value::Object(there)), Value::Object(more)) => {
                    there.extend(more.clone());
                }
                (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.clone()),
                (Some(_), _) => {}
                (None, value) => whole[name] = value.clone(),
            }
        }
    }
    whole
}

fn kinds(schema: &Value) -> BTreeSet<&str> {
    let kind = &schema["type"];
    let mut kinds: BTreeSet<&str> = kind.as_str().into_iter().collect();
    kinds.extend(
        kind.as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str),
    );
    if kinds.is_empty() && schema["properties"].is_object() {
        kinds.insert("object");
    }
    kinds
}
