//! All decisions that are found, to take along.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pullgate_admin::{AllDecisions, DecisionRecord};
use pullgate_policy::OrganizationName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::decision::{COLUMNS, RecordedDecision, cells};
use super::search::{ExportFormat, ExportQuery};
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::csv;
use crate::input::{Asked, Names};
use crate::problem::Problem;
use crate::streamed::{Parts, streamed};

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
    let format = query.format.unwrap_or(ExportFormat::Csv);
    let (kind, ending) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        ExportFormat::Jsonl => ("application/jsonl", "jsonl"),
    };
    let disposition = format!("attachment; filename=\"{organization}-decisions.{ending}\"");
    let caller = signed_in.caller();
    let mut all = shared
        .admin
        .all_decisions(caller, organization, query.search()?);
    // What is refused is refused before anything is sent.
    let first = all.next().await?;
    let body = streamed(move |parts| write(first, all, format, parts));
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, body).into_response())
}

/// Writes all of them, and ends with whoever reads.
async fn write(
    first: Vec<DecisionRecord>,
    mut all: AllDecisions,
    format: ExportFormat,
    parts: Parts,
) {
    let mut text = String::new();
    if let ExportFormat::Csv = format {
        csv::row(COLUMNS, &mut text);
    }
    let mut decisions = first;
    loop {
        let last = decisions.is_empty();
        for decision in decisions {
            if let Err(error) = line(decision, format, &mut text) {
                return parts.break_off(error).await;
            }
        }
        if !text.is_empty() && parts.send(std::mem::take(&mut text)).await.is_err() {
            return;
        }
        if last {
            return;
        }
        decisions = match all.next().await {
            Ok(next) => next,
            Err(error) => return parts.break_off(error).await,
        };
    }
}

fn line(
    decision: DecisionRecord,
    format: ExportFormat,
    text: &mut String,
) -> Result<(), serde_json::Error> {
    match format {
        ExportFormat::Csv => csv::row(cells(&decision).iter().map(String::as_str), text),
        ExportFormat::Jsonl => {
            text.push_str(&serde_json::to_string(&RecordedDecision::from(decision))?);
            text.push('\n');
        }
    }
    Ok(())
}
