//! The members of a team.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use pullgate_admin::Part;
use pullgate_policy::{OrganizationName, TeamName};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::hub::member::OrgMember;
use crate::input::{Asked, Body, Names};
use crate::page::{LARGEST, Page, PageQuery};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(remove))
}

/// Which members are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WantedGroupMembers {
    /// Only those in whose user name this is or, asked by an owner, in whose
    /// e-mail address.
    search: Option<String>,
}

/// Who is to be in a team.
#[derive(Debug, Deserialize, ToSchema)]
struct GroupMemberToBe {
    /// The user name or the e-mail address of a member of the organization.
    member: String,
}

/// List the members of a group
///
/// By name. For owners and members; only owners see e-mail addresses.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/groups/{group_name}/members",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name."),
        WantedGroupMembers,
        PageQuery,
    ),
    responses((status = 200, description = "A page of members.", body = Page<OrgMember>)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Asked(wanted): Asked<WantedGroupMembers>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<OrgMember>>, Problem> {
    let page = page.wanted(LARGEST)?;
    let caller = signed_in.caller();
    let Part { count, entries } = shared
        .admin
        .team_members(
            &caller,
            &organization,
            &team,
            wanted.search.as_deref(),
            page.window(),
        )
        .await?;
    let entries = entries.into_iter().map(OrgMember::from).collect();
    Ok(Json(page.holding(entries, count, shared.base(), &uri)))
}

/// Add a member to a group
///
/// A member of the organization; who is not one is invited first. Nothing
/// happens if they are in it. Whoever is put into `owners` becomes an owner.
/// For owners.
#[utoipa::path(
    post,
    path = "/v2/orgs/{org_name}/groups/{group_name}/members",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name."),
    ),
    request_body = GroupMemberToBe,
    responses((status = 200, description = "The member, who is in the team.", body = OrgMember)),
)]
async fn add(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team)): Names<(OrganizationName, TeamName)>,
    Body(wanted): Body<GroupMemberToBe>,
) -> Result<Json<OrgMember>, Problem> {
    let caller = signed_in.caller();
    let added = shared
        .admin
        .add_team_member(&caller, &organization, &team, &wanted.member)
        .await?;
    Ok(Json(added.into()))
}

/// Remove a member from a group
///
/// They stay in the organization. Whoever is taken out of `owners` is a member
/// like others since; the last owner stays. For owners.
#[utoipa::path(
    delete,
    path = "/v2/orgs/{org_name}/groups/{group_name}/members/{username}",
    tag = "groups",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("group_name" = String, Path, description = "The team's name."),
        ("username" = String, Path, description = "The member's user name or e-mail address."),
    ),
    responses((status = 204, description = "They are not in the team any more.")),
)]
async fn remove(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, team, name)): Names<(OrganizationName, TeamName, String)>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .remove_team_member(&caller, &organization, &team, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
