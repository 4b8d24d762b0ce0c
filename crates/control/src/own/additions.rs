//! What a team may pull beyond its organization's policy.

use axum::Json;
use axum::extract::State;
use pullgate_policy::{OrganizationName, TeamAdditions, TeamName};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_additions, put_additions, patch_additions))
}

/// What is to be different of a team's additions; what is in neither stays as
/// it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdditionsPatch {
    /// What the team is given.
    #[serde(default)]
    add: TeamAdditions,
    /// What is taken from it.
    #[serde(default)]
    remove: TeamAdditions,
}

/// Get a team's additions
///
/// What its members may pull beyond the organization's policy. For owners and
/// members of the organization.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/teams/{team}/additions",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("team" = String, Path, description = "The team's name."),
    ),
    responses((status = 200, description = "The additions.", body = TeamAdditions)),
)]
async fn get_additions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
) -> Result<Json<TeamAdditions>, Problem> {
    let caller = signed_in.caller();
    let additions = shared
        .admin
        .team_additions(&caller, &organization, &team)
        .await?;
    Ok(Json(additions))
}

/// Replace a team's additions
///
/// For owners. A list that is left out is empty.
#[utoipa::path(
    put,
    path = "/api/v1/orgs/{org}/teams/{team}/additions",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("team" = String, Path, description = "The team's name."),
    ),
    request_body = TeamAdditions,
    responses(
        (status = 200, description = "The additions since.", body = TeamAdditions),
        (status = 409, description = "The owners team has none.", body = ProblemBody),
    ),
)]
async fn put_additions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Body(additions): Body<TeamAdditions>,
) -> Result<Json<TeamAdditions>, Problem> {
    let caller = signed_in.caller();
    let additions = shared
        .admin
        .set_team_additions(&caller, &organization, &team, additions)
        .await?;
    Ok(Json(additions))
}

/// Add to a team's additions, and take away from them
///
/// For owners. Two who do it at the same moment lose nothing.
#[utoipa::path(
    patch,
    path = "/api/v1/orgs/{org}/teams/{team}/additions",
    tag = "policy",
    params(
        ("org" = String, Path, description = "The organization's name."),
        ("team" = String, Path, description = "The team's name."),
    ),
    request_body = AdditionsPatch,
    responses(
        (status = 200, description = "The additions since.", body = TeamAdditions),
        (status = 409, description = "The owners team has none.", body = ProblemBody),
    ),
)]
async fn patch_additions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Body(AdditionsPatch { add, remove }): Body<AdditionsPatch>,
) -> Result<Json<TeamAdditions>, Problem> {
    let caller = signed_in.caller();
    let additions = shared
        .admin
        .change_team_additions(&caller, &organization, &team, add, &remove)
        .await?;
    Ok(Json(additions))
}
