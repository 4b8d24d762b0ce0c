//! What members do with requests.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use pullgate_admin::{AccessAsk, Asking, RequestId};
use pullgate_policy::OrganizationName;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shapes::{AccessRequest, AskedForAccess};
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::{Problem, ProblemBody};

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessWanted {
    /// The image, as one would type it.
    image: String,
    /// Why, in at most 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Whose owners are asked; without this those of the organization whose
    /// policy denies the image.
    #[schema(value_type = Option<String>)]
    organization: Option<OrganizationName>,
}

/// Ask for access to an image
///
/// The owners of the organization that denies it see the request. Asking again
/// for the same repository adds to what is open.
#[utoipa::path(
    post,
    path = "/api/v1/requests",
    tag = "requests",
    request_body = AccessWanted,
    responses(
        (status = 201, description = "The request.", body = AskedForAccess),
        (status = 200, description = "The request that was open before, with what was added.", body = AskedForAccess),
        (status = 404, description = "One does not belong to that organization.", body = ProblemBody),
        (status = 409, description = "No request is needed, none would help, or there are too many.", body = ProblemBody),
    ),
)]
pub(super) async fn ask(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Body(wanted): Body<AccessWanted>,
) -> Result<(StatusCode, Json<AskedForAccess>), Problem> {
    let ask = AccessAsk {
        image: wanted.image,
        reason: wanted.reason,
        organization: wanted.organization,
    };
    let asked = shared
        .admin
        .ask_for_access(&signed_in.caller(), ask)
        .await?;
    let status = match asked.asking {
        Asking::Made(_) => StatusCode::CREATED,
        Asking::Repeated(_) | Asking::SaidBefore(_) => StatusCode::OK,
    };
    Ok((status, Json((&asked).into())))
}

/// Withdraw a request
///
/// For who has made it.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/requests/{id}/withdraw",
    tag = "requests",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("id" = Uuid, Path, description = "The request's id."),
    ),
    responses(
        (status = 200, description = "The request, which is withdrawn.", body = AccessRequest),
        (status = 409, description = "It is not open any more.", body = ProblemBody),
    ),
)]
pub(super) async fn withdraw(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, Uuid)>,
) -> Result<Json<AccessRequest>, Problem> {
    let request = shared
        .admin
        .withdraw_request(&signed_in.caller(), &organization, RequestId::from(id))
        .await?;
    Ok(Json((&request).into()))
}
