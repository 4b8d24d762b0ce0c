//! Who has signed in, and to which organizations they belong.

use axum::Json;
use axum::extract::State;
use pullgate_identity::Subject;
use serde_json::{Value, json};

use crate::api::Shared;
use crate::authorized::SignedIn;

/// `GET /v2/user/`.
pub(crate) async fn who(State(shared): State<Shared>, SignedIn(subject): SignedIn) -> Json<Value> {
    let directory = shared.identity.directory();
    let organizations: Vec<Value> = directory
        .memberships(&subject)
        .map(|(name, role, teams)| json!({"name": name, "role": role, "teams": teams}))
        .collect();
    Json(match &subject {
        Subject::Person { id, username, .. } => json!({
            "id": id.to_string(),
            "username": username,
            "type": "User",
            "organizations": organizations,
        }),
        other => json!({
            "id": other.token_id().map(|id| id.to_string()),
            "username": other.to_string(),
            "type": "Org",
            "organizations": organizations,
        }),
    })
}

/// `GET /v2/user/orgs/`, in Docker Hub's shape of a page.
pub(crate) async fn organizations(
    State(shared): State<Shared>,
    SignedIn(subject): SignedIn,
) -> Json<Value> {
    let directory = shared.identity.directory();
    let results: Vec<Value> = directory
        .memberships(&subject)
        .map(|(orgname, role, _)| json!({"orgname": orgname, "role": role}))
        .collect();
    Json(json!({
        "count": results.len(),
        "next": null,
        "previous": null,
        "results": results,
    }))
}
