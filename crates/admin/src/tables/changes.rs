//! Changes as rows, and as JSON.

use serde_json::{Value as Json, json};

use crate::audit::ToldChange;

/// The columns.
pub(super) const COLUMNS: [&str; 8] = [
    "number",
    "at",
    "actor",
    "action",
    "subject",
    "description",
    "before",
    "after",
];

/// One row.
pub(super) fn cells(change: &ToldChange) -> [String; COLUMNS.len()] {
    let state = |state: &Option<Json>| state.as_ref().map(Json::to_string).unwrap_or_default();
    [
        change.number.to_string(),
        change.at.to_string(),
        change.actor.clone(),
        change.action.clone(),
        change.subject.clone(),
        change.description.clone(),
        state(&change.before),
        state(&change.after),
    ]
}

/// One line.
pub(super) fn json(change: &ToldChange) -> Json {
    json!({
        "number": change.number,
        "at": change.at.to_string(),
        "actor": change.actor,
        "action": change.action,
        "subject": change.subject,
        "description": change.description,
        "before": change.before,
        "after": change.after,
    })
}
