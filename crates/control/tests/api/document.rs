//! The description of the API, as the tests read it.

use http::Method;
use serde_json::Value;

/// One operation of the description.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) described: Value,
}

impl Operation {
    /// `GET /v2/orgs/{name}/settings`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The names in braces.
    pub(crate) fn parameters_in_path(&self) -> Vec<&str> {
        let parts = self.path.split('/');
        parts
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect()
    }
}

/// The description as JSON.
pub(crate) fn document() -> Value {
    serde_json::from_str(&pullgate_control::openapi()).unwrap()
}

/// What a reference in the document refers to.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(to) => document.pointer(to.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// All operations of the description.
pub(crate) fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in [
            Method::GET,
            Method::PUT,
            Method::POST,
            Method::PATCH,
            Method::DELETE,
        ] {
            if let Some(described) = item.get(method.as_str().to_lowercase()) {
                operations.push(Operation {
                    method,
                    path: path.clone(),
                    described: described.clone(),
                });
            }
        }
    }
    assert!(!operations.is_empty());
    operations
}
