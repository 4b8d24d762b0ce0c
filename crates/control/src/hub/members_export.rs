//! The members of an organization as a table.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::Names;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Export members
///
/// All members by name, and after them those who were invited, as
/// comma-separated values. For owners. A cell that a spreadsheet would take
/// for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/members/export",
    tag = "orgs",
    params(("org_name" = String, Path, description = "The organization's name.")),
    responses((
        status = 200,
        description = "The members.",
        body = String,
        content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "The name of the file.")),
    )),
)]
async fn export(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Response, Problem> {
    let caller = signed_in.caller();
    let table = shared.admin.members_table(&caller, &organization).await?;
    let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let disposition = format!("attachment;filename=\"{organization}-members-{now}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    let body = Body::from_stream(table.stream());
    Ok((headers, body).into_response())
}
