//! Access requests: what members ask for, and what owners answer.

mod answering;
mod asking;
mod shapes;

use axum::Json;
use axum::extract::State;
use http::Uri;
use pullgate_admin::{Part, RequestId, Window};
use pullgate_policy::OrganizationName;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Names};
use crate::page::{Page, PageQuery, Wanted};
use crate::problem::Problem;

pub use shapes::{
    AccessRequest, AlsoDenied, AskedForAccess, AskedOnce, GrantedBy, OpenRequestCount,
    OpenRequests, RequestClosed, RequestState,
};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(mine, asking::ask))
        .routes(routes!(open))
        .routes(routes!(of_organization))
        .routes(routes!(one))
        .routes(routes!(answering::approve))
        .routes(routes!(answering::decline))
        .routes(routes!(asking::withdraw))
}

/// How many entries a page has unless it is said.
const PAGE: u32 = 50;

/// Which requests are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RequestQuery {
    /// Those in this state; all without this.
    #[param(inline)]
    state: Option<RequestState>,
}

/// List what one has asked for
///
/// In all organizations. Open requests first, then the newest.
#[utoipa::path(
    get,
    path = "/api/v1/requests",
    tag = "requests",
    params(RequestQuery, PageQuery),
    responses((status = 200, description = "The requests.", body = Page<AccessRequest>)),
)]
async fn mine(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Asked(query): Asked<RequestQuery>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<AccessRequest>>, Problem> {
    let page = page.wanted(PAGE)?;
    let found = shared
        .admin
        .my_requests(
            &signed_in.caller(),
            query.state.map(Into::into),
            window(page),
        )
        .await?;
    Ok(shown(&shared, page, &found, &uri))
}

/// Count what waits for an answer
///
/// One's own open requests, and those that one can answer as an owner.
#[utoipa::path(
    get,
    path = "/api/v1/requests/open",
    tag = "requests",
    responses((status = 200, description = "The numbers.", body = OpenRequests)),
)]
async fn open(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<OpenRequests>, Problem> {
    let open = shared.admin.open_requests(&signed_in.caller()).await?;
    Ok(Json(open.into()))
}

/// List what an organization was asked for
///
/// Open requests first, then the newest. Owners see all of them, members their
/// own.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/requests",
    tag = "requests",
    params(("org" = String, Path, description = "The organization's name."), RequestQuery, PageQuery),
    responses((status = 200, description = "The requests.", body = Page<AccessRequest>)),
)]
async fn of_organization(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(query): Asked<RequestQuery>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<AccessRequest>>, Problem> {
    let page = page.wanted(PAGE)?;
    let found = shared
        .admin
        .requests(
            &signed_in.caller(),
            &organization,
            query.state.map(Into::into),
            window(page),
        )
        .await?;
    Ok(shown(&shared, page, &found, &uri))
}

/// Get a request
///
/// For owners, and for who has made it.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/requests/{id}",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    responses((status = 200, description = "The request.", body = AccessRequest)),
)]
async fn one(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
) -> Result<Json<AccessRequest>, Problem> {
    let request = shared
        .admin
        .request(&signed_in.caller(), &organization, RequestId::from(id))
        .await?;
    Ok(Json((&request).into()))
}

fn window(page: Wanted) -> Window {
    Window {
        offset: page.offset() as u64,
        limit: page.size,
    }
}

fn shown(
    shared: &Shared,
    page: Wanted,
    found: &Part<pullgate_admin::AccessRequest>,
    uri: &Uri,
) -> Json<Page<AccessRequest>> {
    let requests = found.entries.iter().map(AccessRequest::from).collect();
    let base = shared.console.as_deref().unwrap_or_default();
    Json(page.holding(requests, found.count, base, uri))
}
