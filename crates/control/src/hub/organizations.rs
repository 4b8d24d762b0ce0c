//! An organization, as Docker Hub's tools read it.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::hub::account::{Account, AccountKind};
use crate::input::Names;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_organization))
}

/// An organization.
#[derive(Serialize, ToSchema)]
struct OrganizationDetails {
    /// Its id, without hyphens.
    id: String,
    /// Its name.
    orgname: String,
    /// Its name as people write it.
    full_name: String,
    /// Since when it exists.
    #[schema(value_type = String, format = DateTime)]
    date_joined: Timestamp,
    #[serde(rename = "type")]
    kind: AccountKind,
    #[serde(flatten)]
    account: Account,
}

/// Get an organization
///
/// For owners and members. Docker Hub's description of its API does not have
/// this operation; its tools use it.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}",
    tag = "orgs",
    params(("org_name" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "The organization.", body = OrganizationDetails)),
)]
async fn get_organization(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<OrganizationDetails>, Problem> {
    let caller = signed_in.caller();
    let organization = shared.admin.organization(&caller, &organization).await?;
    Ok(Json(OrganizationDetails {
        id: organization.id().simple().to_string(),
        orgname: organization.name.to_string(),
        full_name: organization.display_name,
        date_joined: organization.created_at,
        kind: AccountKind::Org,
        account: Account::default(),
    }))
}
