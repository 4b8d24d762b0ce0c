//! What a description promises about its operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shape::Shape;

const METHODS: [&str; 6] = ["get", "head", "put", "post", "patch", "delete"];

/// What is promised about one operation.
#[derive(Debug, Default)]
pub(super) struct Contract {
    /// Whether it is for people who have signed in.
    pub(super) signed_in: bool,
    /// By `query page` or `header X-…`; those in the path are in the path.
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) body: Option<Content>,
    /// By status; none of the content if it has no body.
    pub(super) answers: BTreeMap<String, Option<Content>>,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) required: bool,
    pub(super) kind: String,
    pub(super) choices: BTreeSet<String>,
}

/// A body.
#[derive(Debug)]
pub(super) struct Content {
    /// `application/json`
    pub(super) formats: BTreeSet<String>,
    pub(super) shape: Shape,
}

/// The contracts of all operations, by `GET /v2/orgs/{}/settings`: what a
/// place in a path is called is told to nobody.
pub(super) fn contracts(document: &Value) -> BTreeMap<String, Contract> {
    let mut contracts = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let name = format!("{} {}", method.to_uppercase(), anonymous(path));
                let before = contracts.insert(name, contract(document, item, operation));
                assert!(before.is_none(), "{method} {path} is there twice");
            }
        }
    }
    contracts
}

/// The contracts in a list of methods, paths and statuses.
pub(super) fn listed(list: &str) -> BTreeMap<String, Contract> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let name = format!("{} {}", words.next().unwrap(), words.next().unwrap());
            let contract = Contract {
                answers: words.map(|status| (status.to_owned(), None)).collect(),
                ..Contract::default()
            };
            (name, contract)
        })
        .collect()
}

/// `/v2/orgs/{name}` as `/v2/orgs/{}`.
pub(crate) fn anonymous(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(_) => "{}",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What a reference refers to.
pub(super) fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(to) => {
            let there = document.pointer(to.trim_start_matches('#'));
            resolved(document, there.unwrap_or_else(|| panic!("{to} is nowhere")))
        }
        None => value,
    }
}

fn contract(document: &Value, item: &Value, operation: &Value) -> Contract {
    let security = operation.get("security").unwrap_or(&document["security"]);
    let security = security.as_array().map_or(&[][..], Vec::as_slice);
    let is_empty = |one: &Value| one.as_object().is_some_and(serde_json::Map::is_empty);
    let parameters = [&item["parameters"], &operation["parameters"]];
    let parameters = parameters.into_iter().filter_map(Value::as_array).flatten();
    let answers = operation["responses"].as_object().unwrap();
    Contract {
        signed_in: !security.is_empty() && !security.iter().any(is_empty),
        parameters: parameters
            .map(|one| resolved(document, one))
            .filter(|one| one["in"] != "path")
            .map(|one| parameter(document, one))
            .collect(),
        body: operation
            .get("requestBody")
            .and_then(|body| content(document, resolved(document, body))),
        answers: answers
            .iter()
            // Anything else, of which nothing is said.
            .filter(|(status, _)| *status != "default")
            .map(|(status, answer)| {
                let answer = content(document, resolved(document, answer));
                (status.clone(), answer)
            })
            .collect(),
    }
}

fn parameter(document: &Value, described: &Value) -> (String, Parameter) {
    let place = described["in"].as_str().unwrap();
    let name = described["name"].as_str().unwrap();
    let shape = Shape::of(document, &described["schema"]);
    let field = shape.fields.get("").unwrap();
    let parameter = Parameter {
        required: described["required"] == true,
        kind: field.kind.clone(),
        choices: field.choices.clone(),
    };
    (format!("{place} {name}"), parameter)
}

fn content(document: &Value, described: &Value) -> Option<Content> {
    let formats = described["content"].as_object()?;
    let schema = formats.values().next()?.get("schema");
    Some(Content {
        formats: formats.keys().cloned().collect(),
        shape: Shape::of(document, schema.unwrap_or(&Value::Null)),
    })
}
