//! The teams of an organization, which Docker Hub's API calls groups.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use pullgate_admin::{Part, TeamEdit, TeamQuery, TeamSummary};
use pullgate_policy::{OrganizationName, TeamName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Body, Names};
use crate::page::{LARGEST, Page, PageQuery};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get_group, put_group, patch_group, delete_group))
}

/// A team.
#[derive(Serialize, ToSchema)]
struct OrgGroup {
    /// Its number. It stays the same when the team is renamed.
    id: i64,
    /// Its id. It stays the same when the team is renamed.
    uuid: Uuid,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// How many members it has.
    member_count: u64,
}

impl From<TeamSummary> for OrgGroup {
    fn from(team: TeamSummary) -> Self {
        Self {
            id: team.number,
            uuid: team.id(),
            name: team.name.to_string(),
            description: team.description,
            member_count: team.members,
        }
    }
}

/// A team as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
struct GroupDetails {
    /// Its name: lowercase letters, digits, `.`, `_` and `-`.
    #[schema(value_type = String)]
    name: TeamName,
    /// What it is for; empty if it is left out.
    #[serde(default)]
    #[schema(default)]
    description: String,
}

/// What is to be different of a team.
#[derive(Debug, Deserialize, ToSchema)]
struct GroupPatch {
    /// Its name.
    #[schema(value_type = Option<String>, nullable = false)]
    name: Option<TeamName>,
    /// What it is for.
    #[schema(nullable = false)]
    description: Option<String>,
}

/// Which teams are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WantedGroups {
    /// Only those that the member of this user name is in.
    username: Option<String>,
    /// Only those in whose name this is.
    search: Option<String>,
}

/// List groups
///
/// The owners, and after them the other teams by name. For owners and members.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/groups",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        WantedGroups,
        PageQuery,
    ),
    responses((status = 200, description = "A page of teams.", body = Page<OrgGroup>)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(wanted): Asked<WantedGroups>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<OrgGroup>>, Problem> {
    let page = page.wanted(LARGEST)?;
    let query = TeamQuery {
        member: wanted.username,
        search: wanted.search,
    };
    let caller = signed_in.caller();
    let Part { count, entries } = shared
        .admin
        .teams(&caller, &organization, &query, page.window())
        .await?;
    let entries = entries.into_iter().map(OrgGroup::from).collect();
    Ok(Json(page.holding(entries, count, shared.base(), &uri)))
}

/// Create a group
///
/// A team without members. For owners.
#[utoipa::path(
    post,
    path = "/v2/orgs/{org_name}/groups",
    tag = "groups",
    params(("org_name" = String, Path, description = "The organization's name.")),
    request_body = GroupDetails,
    responses((status = 201, description = "The team.", body = OrgGroup)),
)]
async fn create(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Body(details): Body<GroupDetails>,
) -> Result<(StatusCode, Json<OrgGroup>), Problem> {
    let caller = signed_in.caller();
    let GroupDetails { name, description } = details;
    let made = shared
        .admin
        .create_team(&caller, &organization, &name, &description)
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Get a group
///
/// For owners and members.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/groups/{group_name}",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name."),
    ),
    responses((status = 200, description = "The team.", body = OrgGroup)),
)]
async fn get_group(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
) -> Result<Json<OrgGroup>, Problem> {
    let caller = signed_in.caller();
    let found = shared.admin.team(&caller, &organization, &team).await?;
    Ok(Json(found.into()))
}

/// Update a group
///
/// Sets its name and its description. A team that is renamed keeps its
/// members, what they may pull and the exceptions made for it. For owners.
#[utoipa::path(
    put,
    path = "/v2/orgs/{org_name}/groups/{group_name}",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name so far."),
    ),
    request_body = GroupDetails,
    responses((status = 200, description = "The team since.", body = OrgGroup)),
)]
async fn put_group(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Body(details): Body<GroupDetails>,
) -> Result<Json<OrgGroup>, Problem> {
    let edit = TeamEdit {
        name: Some(details.name),
        description: Some(details.description),
    };
    change(&shared, signed_in, &organization, &team, edit).await
}

/// Update some details of a group
///
/// Sets its name, its description or both. A team that is renamed keeps its
/// members, what they may pull and the exceptions made for it. For owners.
#[utoipa::path(
    patch,
    path = "/v2/orgs/{org_name}/groups/{group_name}",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name so far."),
    ),
    request_body = GroupPatch,
    responses((status = 200, description = "The team since.", body = OrgGroup)),
)]
async fn patch_group(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Body(patch): Body<GroupPatch>,
) -> Result<Json<OrgGroup>, Problem> {
    let GroupPatch { name, description } = patch;
    let edit = TeamEdit { name, description };
    change(&shared, signed_in, &organization, &team, edit).await
}

async fn change(
    shared: &Shared,
    signed_in: SignedIn,
    organization: &OrganizationName,
    team: &TeamName,
    edit: TeamEdit,
) -> Result<Json<OrgGroup>, Problem> {
    let caller = signed_in.caller();
    let changed = shared
        .admin
        .change_team(&caller, organization, team, edit)
        .await?;
    Ok(Json(changed.into()))
}

/// Delete a group
///
/// With what its members may pull beyond the organization's policy, and the
/// exceptions made for it. Its members stay in the organization. For owners.
#[utoipa::path(
    delete,
    path = "/v2/orgs/{org_name}/groups/{group_name}",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name."),
    ),
    responses((status = 204, description = "The team is gone.")),
)]
async fn delete_group(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .delete_team(&caller, &organization, &team)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
