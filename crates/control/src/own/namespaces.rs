//! The namespaces of an organization.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Body, Names};
use crate::page::{LARGEST, Page, PageQuery};
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_namespaces, add_namespace, remove_namespace))
}

/// A namespace of an organization.
#[derive(Serialize, ToSchema)]
struct OwnNamespace {
    /// Which repositories lie in it: `docker.io/acme/**`.
    pattern: String,
    /// Since when it is the organization's.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
}

/// A namespace to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNamespace {
    /// `docker.io/acme`, `ghcr.io/acme`, `registry.acme.example`: all that
    /// lies below it.
    pattern: String,
}

/// Which namespace is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichNamespace {
    /// Its pattern, as it is listed.
    pattern: String,
}

fn read(text: &str) -> Result<Pattern, Problem> {
    pullgate_admin::namespace(text)
        .map_err(|error| Problem::bad_request(format!("{text:?} is no namespace: {error}")))
}

/// Get the namespaces of an organization
///
/// Members may always pull what lies in one. For owners and members, and for
/// site administrators.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/namespaces",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name."), PageQuery),
    responses((status = 200, description = "A page of them.", body = Page<OwnNamespace>)),
)]
async fn get_namespaces(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<OwnNamespace>>, Problem> {
    let caller = signed_in.caller();
    let page = page.wanted(LARGEST)?;
    let namespaces = shared.admin.namespaces(&caller, &organization).await?;
    let namespaces = namespaces.into_iter().map(|namespace| OwnNamespace {
        pattern: namespace.pattern.to_string(),
        added_at: namespace.added_at,
    });
    let base = shared.console.as_deref().unwrap_or_default();
    Ok(Json(page.of(namespaces.collect(), base, &uri)))
}

/// Give an organization a namespace
///
/// For site administrators, so that nobody takes the namespaces of others.
/// Nothing happens if the organization has it.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/namespaces",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body = NewNamespace,
    responses(
        (status = 204, description = "It is the organization's."),
        (status = 409, description = "It is another organization's.", body = ProblemBody),
    ),
)]
async fn add_namespace(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(new): Body<NewNamespace>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    let pattern = read(&new.pattern)?;
    shared
        .admin
        .add_namespace(&caller, &organization, &pattern)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a namespace from an organization
///
/// For site administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/orgs/{org}/namespaces",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        WhichNamespace,
    ),
    responses((status = 204, description = "It is the organization's no more.")),
)]
async fn remove_namespace(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(which): Asked<WhichNamespace>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    let pattern = read(&which.pattern)?;
    shared
        .admin
        .remove_namespace(&caller, &organization, &pattern)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
