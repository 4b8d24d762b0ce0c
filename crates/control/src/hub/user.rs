//! Who has signed in, and to which organizations they belong.

use axum::Json;
use axum::extract::State;
use pullgate_identity::{Subject, TokenId};
use pullgate_policy::Role;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Shared;
use crate::authorized::SignedIn;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(who))
        .routes(routes!(organizations))
}

/// Who has signed in.
#[derive(Serialize, ToSchema)]
struct SignedInUser {
    /// The person's id; an organization token's own.
    #[schema(required)]
    id: Option<Uuid>,
    /// The user name; of an organization token, what it is.
    username: String,
    /// A person or an organization's token.
    #[serde(rename = "type")]
    kind: UserKind,
    /// The organizations they belong to. The Hub has no such field.
    organizations: Vec<Membership>,
}

/// A person or an organization's token.
#[derive(Serialize, ToSchema)]
enum UserKind {
    User,
    Org,
}

/// An organization that somebody belongs to.
#[derive(Serialize, ToSchema)]
struct Membership {
    /// The organization's name.
    name: String,
    role: Role,
    /// The names of their teams in it.
    teams: Vec<String>,
}

/// The organizations of somebody.
#[derive(Serialize, ToSchema)]
struct UserOrganizations {
    /// How many there are.
    count: usize,
    /// Always null: all are on one page.
    #[schema(required)]
    next: Option<String>,
    /// Always null: all are on one page.
    #[schema(required)]
    previous: Option<String>,
    results: Vec<UserOrganization>,
}

/// An organization of somebody's.
#[derive(Serialize, ToSchema)]
struct UserOrganization {
    /// The organization's name.
    orgname: String,
    role: Role,
}

/// Who has signed in
#[utoipa::path(
    get,
    path = "/v2/user",
    tag = "users",
    responses((status = 200, description = "Who it is.", body = SignedInUser)),
)]
async fn who(State(shared): State<Shared>, SignedIn(subject): SignedIn) -> Json<SignedInUser> {
    let directory = shared.identity.directory();
    let organizations = directory
        .memberships(&subject)
        .map(|(name, role, teams)| Membership {
            name: name.to_string(),
            role,
            teams: teams.iter().map(ToString::to_string).collect(),
        })
        .collect();
    Json(match &subject {
        Subject::Person { id, username, .. } => SignedInUser {
            id: Some(id.as_uuid()),
            username: username.to_string(),
            kind: UserKind::User,
            organizations,
        },
        other => SignedInUser {
            id: other.token_id().map(TokenId::as_uuid),
            username: other.to_string(),
            kind: UserKind::Org,
            organizations,
        },
    })
}

/// The organizations of whoever has signed in
#[utoipa::path(
    get,
    path = "/v2/user/orgs",
    tag = "users",
    responses((status = 200, description = "The organizations.", body = UserOrganizations)),
)]
async fn organizations(
    State(shared): State<Shared>,
    SignedIn(subject): SignedIn,
) -> Json<UserOrganizations> {
    let directory = shared.identity.directory();
    let results: Vec<UserOrganization> = directory
        .memberships(&subject)
        .map(|(name, role, _)| UserOrganization {
            orgname: name.to_string(),
            role,
        })
        .collect();
    Json(UserOrganizations {
        count: results.len(),
        next: None,
        previous: None,
        results,
    })
}
