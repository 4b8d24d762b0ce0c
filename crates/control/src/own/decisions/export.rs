//! All decisions that are found, to take along.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pullgate_admin::TableFormat;
use pullgate_policy::OrganizationName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::decision::RecordedDecision;
use super::search::{ExportFormat, ExportQuery};
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export_decisions))
}

/// Export decisions
///
/// All that are found, newest first, as comma-separated values or as a JSON
/// object in each line. The answer is made while it is sent, however long it
/// is. In CSV, a cell that a spreadsheet would take for a formula begins with
/// an apostrophe. Who sees what is as in a search.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/decisions/export",
    tag = "decisions",
    params(("org" = String, Path, description = "The organization's name."), ExportQuery),
    responses((
        status = 200,
        description = "The decisions.",
        content((String = "text/csv"), (RecordedDecision = "application/jsonl")),
        headers(("Content-Disposition" = String, description = "The name of the file.")),
    )),
)]
async fn export_decisions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(query): Asked<ExportQuery>,
) -> Result<Response, Problem> {
    let format = TableFormat::from(query.format.unwrap_or(ExportFormat::Csv));
    let caller = signed_in.caller();
    let name = organization.clone();
    let table = shared
        .admin
        .decisions_table(caller, organization, query.search()?, format)
        .await?;
    let disposition = format!(
        "attachment; filename=\"{name}-decisions.{}\"",
        format.ending()
    );
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(table.stream())).into_response())
}
