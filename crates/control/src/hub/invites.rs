//! Invites into an organization, for its owners.

use axum::Json;
use axum::extract::State;
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use pullgate_admin::{Actor, Invitation, Invite, InviteId, InviteLink, InviteResult, Invited, Run};
use pullgate_policy::{OrganizationName, Role, TeamName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::hub::account::RoleName;
use crate::hub::members::known_role;
use crate::input::{Body, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(invite_many))
        .routes(routes!(resend))
        .routes(routes!(revoke))
}

/// An invite that nobody has answered yet.
#[derive(Serialize, ToSchema)]
struct OrgInvite {
    id: Uuid,
    /// The user name of the owner who made it, or resent it last; empty if it
    /// was made at the command line of the server.
    inviter_username: String,
    /// The e-mail address or the user name that was invited.
    invitee: String,
    /// The organization's name.
    org: String,
    /// The name of the team that they are to be in: `owners` for owners to be;
    /// empty for none.
    team: String,
    /// The role that they are to have.
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on its link counts no more. Docker Hub has no such field.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether its link counts: it does not when its time has passed, nor when
    /// who made it is no owner any more. Docker Hub has no such field.
    is_open: bool,
    /// The link, to be handed to whom it is for. Only in the answer that has
    /// made it. Docker Hub, which sends it by e-mail, has no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    link: Option<String>,
}

impl OrgInvite {
    fn new(invite: &Invite, link: Option<&InviteLink>) -> Self {
        let inviter = match &invite.made_by {
            Actor::Person(username) => username.to_string(),
            _ => String::new(),
        };
        let team = match (&invite.team, invite.role) {
            (Some(team), _) => team.to_string(),
            (None, Role::Owner) => "owners".to_owned(),
            (None, Role::Member) => String::new(),
        };
        Self {
            id: invite.id.as_uuid(),
            inviter_username: inviter,
            invitee: invite.invitee.to_string(),
            org: invite.organization.to_string(),
            team,
            role: invite.role,
            created_at: invite.made_at,
            expires_at: invite.ends_at,
            is_open: invite.is_open(Timestamp::now()),
            link: link.map(|link| link.url().expose().to_owned()),
        }
    }
}

/// The invites of an organization.
#[derive(Serialize, ToSchema)]
struct OrgInvites {
    data: Vec<OrgInvite>,
}

/// Who is to be invited, and to what.
#[derive(Debug, Deserialize, ToSchema)]
struct BulkInvite {
    /// The organization's name.
    #[schema(value_type = String)]
    org: OrganizationName,
    /// The name of the team that they are to be in; whoever is invited into
    /// `owners` becomes an owner.
    #[serde(default)]
    #[schema(default)]
    team: String,
    /// The role that they are to have: `owner` or `member`, which is what an
    /// empty one means, too. Docker Hub's `editor` is refused.
    #[serde(default)]
    #[schema(default)]
    role: String,
    /// E-mail addresses and user names.
    invitees: Vec<String>,
    /// With true, nothing is changed, and the answer is what it would be.
    #[serde(default)]
    #[schema(default)]
    dry_run: bool,
}

/// What became of those who were to be invited, in their order.
#[derive(Serialize, ToSchema)]
struct BulkInvited {
    invitees: Vec<BulkInvitee>,
}

/// What became of one of those who were to be invited.
#[derive(Serialize, ToSchema)]
struct BulkInvitee {
    /// The address or name, as it was sent.
    invitee: String,
    status: BulkStatus,
    /// The invite, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    invite: Option<OrgInvite>,
}

/// What became of one of those who were to be invited.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkStatus {
    /// They are invited; with `dry_run`, they would be.
    Invited,
    /// They were invited before, and have not answered yet. Their invite stays
    /// as it is; resending it makes a new link.
    AlreadyInvited,
    /// They belong to the organization already.
    ExistingOrgMember,
    /// It is neither an e-mail address nor a user name.
    InvalidEmailOrDockerId,
}

impl From<Invited> for BulkInvitee {
    fn from(invited: Invited) -> Self {
        let Invited { invitee, result } = invited;
        let (status, invite) = match result {
            // What was only tried has no invite to be looked for.
            InviteResult::Invited { link: None, .. } => (BulkStatus::Invited, None),
            InviteResult::Invited {
                invite,
                link: Some(link),
            } => (
                BulkStatus::Invited,
                Some(OrgInvite::new(&invite, Some(&link))),
            ),
            InviteResult::InvitedBefore(invite) => (
                BulkStatus::AlreadyInvited,
                Some(OrgInvite::new(&invite, None)),
            ),
            InviteResult::Member => (BulkStatus::ExistingOrgMember, None),
            InviteResult::Invalid => (BulkStatus::InvalidEmailOrDockerId, None),
        };
        Self {
            invitee,
            status,
            invite,
        }
    }
}

/// A secret is in the answer.
const NOT_KEPT: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// List invites
///
/// Those that nobody has answered yet. For owners.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/invites",
    tag = "invites",
    params(("org_name" = String, Path, description = "The organization's name.")),
    responses((status = 200, description = "The invites.", body = OrgInvites)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
) -> Result<Json<OrgInvites>, Problem> {
    let caller = signed_in.caller();
    let invites = shared.admin.invites(&caller, &organization).await?;
    let data = invites.iter().map(|invite| OrgInvite::new(invite, None));
    Ok(Json(OrgInvites {
        data: data.collect(),
    }))
}

/// Create invites
///
/// By e-mail address or user name. Each makes a link, which is in this answer
/// and nowhere else: hand it to whom it is for. It counts once, for seven
/// days, and as long as who made it is an owner. Whether somebody has an
/// account is told to nobody. For owners.
#[utoipa::path(
    post,
    path = "/v2/invites/bulk",
    tag = "invites",
    params((
        "X-Analytics-Client-Feature" = Option<String>,
        Header,
        description = "Docker Hub's; not looked at."
    )),
    request_body = BulkInvite,
    responses((
        status = 202,
        description = "What became of each of them.",
        body = BulkInvited,
    )),
)]
async fn invite_many(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Body(wanted): Body<BulkInvite>,
) -> Result<
    (
        StatusCode,
        [(HeaderName, HeaderValue); 1],
        Json<BulkInvited>,
    ),
    Problem,
> {
    let invitation = Invitation {
        invitees: wanted.invitees,
        role: role(&wanted.role)?,
        team: team(&wanted.team)?,
    };
    let run = if wanted.dry_run { Run::Dry } else { Run::Real };
    let caller = signed_in.caller();
    let invited = shared
        .admin
        .invite(&caller, &wanted.org, invitation, run)
        .await?;
    let invitees = invited.into_iter().map(BulkInvitee::from).collect();
    let answer = Json(BulkInvited { invitees });
    Ok((StatusCode::ACCEPTED, [NOT_KEPT], answer))
}

/// Resend an invite
///
/// Makes a new link, which is in the header `Location` of this answer and
/// nowhere else, and ends the one so far. For owners of its organization, any
/// of them.
#[utoipa::path(
    patch,
    path = "/v2/invites/{id}/resend",
    tag = "invites",
    params(("id" = String, Path, description = "The invite's id.")),
    responses((
        status = 204,
        description = "It has a new link.",
        headers(("Location" = String, description = "The link, to be handed to whom it is for.")),
    )),
)]
async fn resend(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(id): Names<Uuid>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 2]), Problem> {
    let caller = signed_in.caller();
    let (_, link) = shared
        .admin
        .resend_invite(&caller, InviteId::from(id))
        .await?;
    let mut location = HeaderValue::try_from(link.url().expose())
        .map_err(|_| Problem::unavailable("the link cannot be sent in a header"))?;
    location.set_sensitive(true);
    Ok((StatusCode::NO_CONTENT, [NOT_KEPT, (LOCATION, location)]))
}

/// Cancel an invite
///
/// Its link counts no more. For owners of its organization.
#[utoipa::path(
    delete,
    path = "/v2/invites/{id}",
    tag = "invites",
    params(("id" = String, Path, description = "The invite's id.")),
    responses((status = 204, description = "The invite is gone.")),
)]
async fn revoke(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(id): Names<Uuid>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .revoke_invite(&caller, InviteId::from(id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role(name: &str) -> Result<Role, Problem> {
    match name {
        "" | "member" => Ok(Role::Member),
        "owner" => Ok(Role::Owner),
        "editor" => known_role(RoleName::Editor),
        other => Err(Problem::bad_request(format!(
            "there is no role {other:?}; use owner or member"
        ))),
    }
}

fn team(name: &str) -> Result<Option<TeamName>, Problem> {
    if name.is_empty() {
        return Ok(None);
    }
    let team = name.parse().map(Some);
    team.map_err(|error| Problem::bad_request(format!("{error}")))
}
