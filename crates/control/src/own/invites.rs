//! Answering an invite, for whoever has its link.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{Actor, Invite};
use pullgate_identity::Secret;
use pullgate_policy::{Role, Username};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Body, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(look))
        .routes(routes!(accept))
        .routes(routes!(accept_as_new))
        .routes(routes!(decline))
}

/// An invite, as whoever has its link sees it.
#[derive(Serialize, ToSchema)]
struct ReceivedInvite {
    /// The organization's name.
    organization: String,
    /// The e-mail address or the user name that was invited. A user name is
    /// the only one that can be chosen, and who has it already has to sign in.
    invitee: String,
    /// The role that comes with it.
    role: Role,
    /// The name of the team that comes with it.
    #[schema(required)]
    team: Option<String>,
    /// The user name of the owner who invited them; null if they were invited
    /// at the command line of the server.
    #[schema(required)]
    invited_by: Option<String>,
    /// From when on the link counts no more.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Invite> for ReceivedInvite {
    fn from(invite: Invite) -> Self {
        Self {
            organization: invite.organization.to_string(),
            invitee: invite.invitee.to_string(),
            role: invite.role,
            team: invite.team.map(|team| team.to_string()),
            invited_by: match invite.made_by {
                Actor::Person(username) => Some(username.to_string()),
                _ => None,
            },
            expires_at: invite.ends_at,
        }
    }
}

/// Who somebody wants to be.
#[derive(Deserialize, ToSchema)]
struct NewAccount {
    /// The name by which they will sign in: lowercase letters, digits, `.`,
    /// `_` and `-`.
    #[schema(value_type = String)]
    username: Username,
    /// At least 12 characters.
    password: String,
}

/// Who belongs to an organization now.
#[derive(Serialize, ToSchema)]
struct Joined {
    /// The user name.
    username: String,
    /// The organization's name.
    organization: String,
    /// The role in it.
    role: Role,
}

impl Joined {
    fn new(username: String, invite: &Invite) -> Self {
        Self {
            username,
            organization: invite.organization.to_string(),
            role: invite.role,
        }
    }
}

/// Look at an invite
///
/// For everybody who has its link.
#[utoipa::path(
    get,
    path = "/api/v1/invites/{secret}",
    tag = "invites",
    params(("secret" = String, Path, description = "What the link ends with.")),
    responses((status = 200, description = "The invite.", body = ReceivedInvite)),
    security(()),
)]
async fn look(
    State(shared): State<Shared>,
    Names(secret): Names<String>,
) -> Result<Json<ReceivedInvite>, Problem> {
    let invite = shared.admin.invite_of(&Secret::from(secret)).await?;
    Ok(Json(invite.into()))
}

/// Accept an invite as who has signed in
///
/// An invite for a user name, or for the e-mail address of somebody who has an
/// account, is for them alone. The link counts no more afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/invites/{secret}/accept",
    tag = "invites",
    params(("secret" = String, Path, description = "What the link ends with.")),
    responses(
        (status = 200, description = "Who belongs to the organization now.", body = Joined),
        (status = 409, description = "They belong to it already.", body = crate::problem::ProblemBody),
    ),
)]
async fn accept(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(secret): Names<String>,
) -> Result<Json<Joined>, Problem> {
    let username = signed_in.0.username().map(ToString::to_string);
    let caller = signed_in.caller();
    let secret = Secret::from(secret);
    let invite = shared.admin.accept_invite(&caller, &secret).await?;
    Ok(Json(Joined::new(username.unwrap_or_default(), &invite)))
}

/// Accept an invite as a new person
///
/// Makes an account with a user name and a password of their choice, and with
/// the e-mail address that was invited, and makes it a member. The link counts
/// no more afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/invites/{secret}/account",
    tag = "invites",
    params(("secret" = String, Path, description = "What the link ends with.")),
    request_body = NewAccount,
    responses(
        (status = 201, description = "Who belongs to the organization now.", body = Joined),
        (status = 403, description = "The invite is for another user name.", body = crate::problem::ProblemBody),
        (status = 409, description = "The user name is taken, or who has the e-mail address has an account.", body = crate::problem::ProblemBody),
    ),
    security(()),
)]
async fn accept_as_new(
    State(shared): State<Shared>,
    Names(secret): Names<String>,
    Body(account): Body<NewAccount>,
) -> Result<(StatusCode, Json<Joined>), Problem> {
    let NewAccount { username, password } = account;
    let joined = username.to_string();
    let invite = shared
        .admin
        .accept_as_new(&Secret::from(secret), username, &Secret::from(password))
        .await?;
    Ok((StatusCode::CREATED, Json(Joined::new(joined, &invite))))
}

/// Decline an invite
///
/// For everybody who has its link, which counts no more afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/invites/{secret}/decline",
    tag = "invites",
    params(("secret" = String, Path, description = "What the link ends with.")),
    responses((status = 204, description = "The invite is gone.")),
    security(()),
)]
async fn decline(
    State(shared): State<Shared>,
    Names(secret): Names<String>,
) -> Result<StatusCode, Problem> {
    shared.admin.decline_invite(&Secret::from(secret)).await?;
    Ok(StatusCode::NO_CONTENT)
}
