//! Who has signed in, and to which organizations they belong.

use axum::Json;
use axum::extract::State;
use pullgate_identity::Subject;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(who))
        .routes(routes!(organizations))
}

/// Who has signed in
#[utoipa::path(
    get,
    path = "/v2/user",
    tag = "users",
    responses((status = 200, description = "Who it is.", body = Value)),
)]
async fn who(State(shared): State<Shared>, SignedIn(subject): SignedIn) -> Json<Value> {
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

/// The organizations of whoever has signed in
#[utoipa::path(
    get,
    path = "/v2/user/orgs",
    tag = "users",
    responses((status = 200, description = "The organizations.", body = Value)),
)]
async fn organizations(State(shared): State<Shared>, SignedIn(subject): SignedIn) -> Json<Value> {
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
