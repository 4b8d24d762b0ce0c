//! What was decided: to search, to read, to take along, and summed up.

mod decision;
mod export;
mod search;
mod summary;

use axum::Json;
use axum::extract::State;
use http::Uri;
use pullgate_admin::DecisionCursor;
use pullgate_policy::OrganizationName;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Names};
use crate::page;
use crate::problem::Problem;
use decision::RecordedDecision;
use search::SearchQuery;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(search_decisions))
        .routes(routes!(get_decision))
        .merge(export::routes())
        .merge(summary::routes())
}

/// Some decisions, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionPage {
    /// Where the next page is; null on the last.
    #[schema(required)]
    next: Option<String>,
    /// The decisions.
    results: Vec<RecordedDecision>,
}

/// A decision with all that can be said of it.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionInFull {
    #[serde(flatten)]
    decision: RecordedDecision,
    /// What whoever asked was told, or would have been.
    sentence: String,
}

/// Search decisions
///
/// Newest first. An owner sees those of everybody in the organization, a
/// member their own. A decision is here within a second of being made.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/decisions",
    tag = "decisions",
    params(("org" = String, Path, description = "The organization's name."), SearchQuery),
    responses((status = 200, description = "The decisions.", body = DecisionPage)),
)]
async fn search_decisions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    uri: Uri,
    Asked(query): Asked<SearchQuery>,
) -> Result<Json<DecisionPage>, Problem> {
    let caller = signed_in.caller();
    let before: Option<DecisionCursor> = query
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error: pullgate_admin::InvalidCursor| Problem::bad_request(error.to_string()))?;
    let size = query.page_size.unwrap_or(100);
    let found = shared
        .admin
        .decisions(&caller, &organization, &query.search()?, before, size)
        .await?;
    let base = shared.console.as_deref().unwrap_or_default();
    let next = found.next.map(|cursor| {
        let cursor = cursor.to_string();
        page::link(base, &uri, &[("cursor", &cursor)])
    });
    Ok(Json(DecisionPage {
        next,
        results: found.decisions.into_iter().map(Into::into).collect(),
    }))
}

/// One decision, with all that can be said of it
///
/// For owners, and for whoever it was about.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/decisions/{id}",
    tag = "decisions",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The decision's id."),
    ),
    responses((status = 200, description = "The decision.", body = DecisionInFull)),
)]
async fn get_decision(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
) -> Result<Json<DecisionInFull>, Problem> {
    let caller = signed_in.caller();
    let told = shared.admin.decision(&caller, &organization, id).await?;
    Ok(Json(DecisionInFull {
        decision: told.decision.into(),
        sentence: told.sentence,
    }))
}
