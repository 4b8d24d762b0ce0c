//! The members of an organization.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use pullgate_admin::{ListedKind, MemberQuery, Part};
use pullgate_policy::{OrganizationName, Role};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::hub::account::RoleName;
use crate::hub::member::OrgMember;
use crate::input::{Asked, Body, Names};
use crate::page::{LARGEST, Page, PageQuery};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get_member, put_role, remove))
}

/// Who is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WantedMembers {
    /// Only those in whose user name this is or, asked by an owner, in whose
    /// e-mail address.
    search: Option<String>,
    /// Whether those who were invited are listed after the members; for
    /// owners.
    invites: Option<bool>,
    /// Members, invitees or all; stronger than `invites`.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<WantedKind>,
    /// Only those with this role; of invitees, invited to it.
    #[param(inline)]
    role: Option<RoleName>,
}

/// Members, invitees or all.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum WantedKind {
    All,
    Invitee,
    Member,
}

/// A member's role to be.
#[derive(Debug, Deserialize, ToSchema)]
struct RoleChange {
    role: RoleName,
}

/// List members
///
/// By name. For owners and members; only owners see e-mail addresses, and who
/// was invited.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/members",
    tag = "orgs",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        WantedMembers,
        PageQuery,
    ),
    responses((status = 200, description = "A page of members.", body = Page<OrgMember>)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(wanted): Asked<WantedMembers>,
    Asked(page): Asked<PageQuery>,
    uri: Uri,
) -> Result<Json<Page<OrgMember>>, Problem> {
    let page = page.wanted(LARGEST)?;
    let role = match wanted.role.map(RoleName::role) {
        None => None,
        Some(Some(role)) => Some(role),
        // Nobody has it: asked for by whoever may ask, but for no one.
        Some(None) => {
            let caller = signed_in.caller();
            shared.admin.organization(&caller, &organization).await?;
            return Ok(Json(page.holding(Vec::new(), 0, shared.base(), &uri)));
        }
    };
    let query = MemberQuery {
        kind: match (wanted.kind, wanted.invites) {
            (Some(WantedKind::Member), _) | (None, None | Some(false)) => ListedKind::Members,
            (Some(WantedKind::Invitee), _) => ListedKind::Invitees,
            (Some(WantedKind::All), _) | (None, Some(true)) => ListedKind::Both,
        },
        role,
        search: wanted.search,
    };
    let caller = signed_in.caller();
    let Part { count, entries } = shared
        .admin
        .members(&caller, &organization, &query, page.window())
        .await?;
    let entries = entries.into_iter().map(OrgMember::from).collect();
    Ok(Json(page.holding(entries, count, shared.base(), &uri)))
}

/// Get a member
///
/// For owners and members. Docker Hub's description of its API does not have
/// this operation; its tools use it.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/members/{username}",
    tag = "orgs",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("username" = String, Path, description = "The member's user name; for owners, also the e-mail address."),
    ),
    responses((status = 200, description = "The member.", body = OrgMember)),
)]
async fn get_member(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, name)): Names<(OrganizationName, String)>,
) -> Result<Json<OrgMember>, Problem> {
    let caller = signed_in.caller();
    let member = shared.admin.member(&caller, &organization, &name).await?;
    Ok(Json(member.into()))
}

/// Update a member's role
///
/// For owners. The last owner stays one. Docker Hub's role `editor` is for
/// managing repositories, which Pullgate does not do: it is refused with 400.
#[utoipa::path(
    put,
    path = "/v2/orgs/{org_name}/members/{username}",
    tag = "orgs",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("username" = String, Path, description = "The member's user name or e-mail address."),
    ),
    request_body = RoleChange,
    responses((status = 200, description = "The member since.", body = OrgMember)),
)]
async fn put_role(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, name)): Names<(OrganizationName, String)>,
    Body(change): Body<RoleChange>,
) -> Result<Json<OrgMember>, Problem> {
    let role = known_role(change.role)?;
    let caller = signed_in.caller();
    let member = shared
        .admin
        .set_role(&caller, &organization, &name, role)
        .await?;
    Ok(Json(member.into()))
}

/// Remove a member
///
/// For owners. The member's places in teams and the exceptions made for them
/// end, too. The last owner cannot be removed.
#[utoipa::path(
    delete,
    path = "/v2/orgs/{org_name}/members/{username}",
    tag = "orgs",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("username" = String, Path, description = "The member's user name or e-mail address."),
    ),
    responses((status = 204, description = "The membership has ended.")),
)]
async fn remove(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, name)): Names<(OrganizationName, String)>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .remove_member(&caller, &organization, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A role that somebody can be given.
pub(super) fn known_role(name: RoleName) -> Result<Role, Problem> {
    name.role().ok_or_else(|| {
        Problem::bad_request(
            "nobody can be an editor here, because Pullgate keeps no repositories to edit; use owner or member",
        )
    })
}
