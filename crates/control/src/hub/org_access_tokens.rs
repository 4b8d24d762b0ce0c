//! Access tokens of organizations, for machines.

use axum::Json;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode, Uri};
use jiff::Timestamp;
use pullgate_admin::{NewAccessToken, Whose};
use pullgate_identity::{Scope, Secret, TokenId, TokenResource, granted};
use pullgate_policy::{OrganizationName, Switch};
use pullgate_store::{Actor, ResourceKind, Token, TokenEdit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::token_origin::origin;
use crate::api::{Client, Shared};
use crate::authorized::SignedIn;
use crate::input::{Asked, Body, Names};
use crate::page::{Page, PageQuery};
use crate::problem::Problem;

/// How many tokens are on a page, unless said.
const PAGE: u32 = 10;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read, update, delete))
}

/// An organization's access token.
#[derive(Serialize, ToSchema)]
struct OrgAccessToken {
    id: Uuid,
    /// What its owners call it.
    label: String,
    /// The user name of whoever made it; `command line` for who made it on the
    /// server itself.
    created_by: String,
    /// Whether it is switched on.
    is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on it counts no more; null if it does not end by itself.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    expires_at: Option<Timestamp>,
    /// To within a minute or so; null if it was never used.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used_at: Option<Timestamp>,
}

impl From<&Token> for OrgAccessToken {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.as_uuid(),
            label: token.label.clone(),
            created_by: match &token.created_by {
                Some(Actor::Person(username)) => username.to_string(),
                Some(other) => other.to_string(),
                None => String::new(),
            },
            is_active: token.status == Switch::On,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// An organization's access token with what it is for.
#[derive(Serialize, ToSchema)]
struct OrgAccessTokenDetail {
    #[serde(flatten)]
    token: OrgAccessToken,
    /// What its owners have written about it.
    description: String,
    /// What it may pull, in as far as the organization's policy allows it.
    resources: Vec<OrgAccessTokenResource>,
}

impl From<Token> for OrgAccessTokenDetail {
    fn from(token: Token) -> Self {
        Self {
            token: OrgAccessToken::from(&token),
            resources: granted(&token).into_iter().map(Into::into).collect(),
            description: token.description,
        }
    }
}

/// An organization's access token that was made just now.
#[derive(Serialize, ToSchema)]
struct CreatedOrgAccessToken {
    #[serde(flatten)]
    detail: OrgAccessTokenDetail,
    /// The token itself, shown this once.
    token: String,
}

impl CreatedOrgAccessToken {
    fn new(token: Token, secret: &Secret) -> Self {
        Self {
            detail: token.into(),
            token: secret.expose().to_owned(),
        }
    }
}

/// What an organization's access token may do with what.
#[derive(Serialize, Deserialize, ToSchema)]
struct OrgAccessTokenResource {
    #[serde(rename = "type")]
    kind: ResourceType,
    /// Repositories as `acme/app`, `acme/*` or, on other registries,
    /// `ghcr.io/acme/**`; `*/*/public` is what anybody may see, and `*/*` all
    /// that the organization's policy allows.
    #[schema(max_length = 300, example = "acme/app")]
    path: String,
    /// `repo-pull` or `scope-image-pull` lets it pull. Others are kept and let
    /// it do nothing.
    #[schema(max_items = 20, example = json!(["repo-pull"]))]
    scopes: Vec<String>,
}

/// What a resource is.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
enum ResourceType {
    /// Repositories.
    #[serde(rename = "TYPE_REPO")]
    Repositories,
    /// The organization itself, of which a token manages nothing here.
    #[serde(rename = "TYPE_ORG")]
    Organization,
}

impl From<TokenResource> for OrgAccessTokenResource {
    fn from(resource: TokenResource) -> Self {
        Self {
            kind: match resource.kind {
                ResourceKind::Repositories => ResourceType::Repositories,
                ResourceKind::Organization => ResourceType::Organization,
            },
            path: resource.path,
            scopes: resource.scopes,
        }
    }
}

impl From<OrgAccessTokenResource> for TokenResource {
    fn from(resource: OrgAccessTokenResource) -> Self {
        Self {
            kind: match resource.kind {
                ResourceType::Repositories => ResourceKind::Repositories,
                ResourceType::Organization => ResourceKind::Organization,
            },
            path: resource.path,
            scopes: resource.scopes,
        }
    }
}

/// A page of an organization's access tokens.
#[derive(Serialize, ToSchema)]
struct OrgAccessTokens {
    /// How many there are on all pages.
    total: u64,
    /// Where the next page is; null on the last.
    #[schema(required)]
    next: Option<String>,
    /// Where the page before is; null on the first.
    #[schema(required)]
    previous: Option<String>,
    results: Vec<OrgAccessToken>,
}

/// An organization's access token to be.
#[derive(Deserialize, ToSchema)]
struct CreateOrgAccessToken {
    /// What you call it.
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// What you write about it.
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// What it may pull. Left out, all that the organization's policy allows;
    /// an empty list is nothing.
    #[schema(max_items = 100)]
    resources: Option<Vec<OrgAccessTokenResource>>,
    /// From when on it counts no more; without this it does not end by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// What is to be different of a token; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
struct UpdateOrgAccessToken {
    #[schema(min_length = 1, max_length = 100)]
    label: Option<String>,
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// What it may pull; an empty list is nothing.
    #[schema(max_items = 100)]
    resources: Option<Vec<OrgAccessTokenResource>>,
    /// Whether it is switched on.
    is_active: Option<bool>,
}

fn kept(resources: Vec<OrgAccessTokenResource>) -> Vec<TokenResource> {
    resources.into_iter().map(Into::into).collect()
}

/// Create access token
///
/// A machine signs in with the organization's name and this token, and pulls
/// by the organization's policy, as a member of no team. For owners who have
/// signed in with a password.
#[utoipa::path(
    post,
    path = "/v2/orgs/{name}/access-tokens",
    tag = "org-access-tokens",
    params(("name" = String, Path, description = "The organization's name.")),
    request_body = CreateOrgAccessToken,
    responses((status = 201, description = "The token.", body = CreatedOrgAccessToken)),
)]
async fn create(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Body(wanted): Body<CreateOrgAccessToken>,
) -> Result<(StatusCode, Json<CreatedOrgAccessToken>), Problem> {
    let new = NewAccessToken {
        label: wanted.label,
        description: wanted.description.unwrap_or_default(),
        scopes: vec![Scope::RepoRead],
        resources: wanted.resources.map(kept),
        expires_at: wanted.expires_at,
        origin: origin(client, &headers),
    };
    let whose = Whose::Organization(&organization);
    let caller = signed_in.caller();
    let (token, secret) = shared.admin.add_access_token(&caller, whose, new).await?;
    let shown = CreatedOrgAccessToken::new(token, &secret);
    Ok((StatusCode::CREATED, Json(shown)))
}

/// List access tokens
///
/// Newest first. For owners.
#[utoipa::path(
    get,
    path = "/v2/orgs/{name}/access-tokens",
    tag = "org-access-tokens",
    params(
        ("name" = String, Path, description = "The organization's name."),
        PageQuery,
    ),
    responses((status = 200, description = "A page of the tokens.", body = OrgAccessTokens)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    uri: Uri,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<OrgAccessTokens>, Problem> {
    let wanted = page.wanted(PAGE)?;
    let whose = Whose::Organization(&organization);
    let caller = signed_in.caller();
    let tokens = shared.admin.access_tokens(&caller, whose).await?;
    let Page {
        count,
        next,
        previous,
        results,
    } = wanted.of(tokens, shared.base(), &uri);
    Ok(Json(OrgAccessTokens {
        total: count,
        next,
        previous,
        results: results.iter().map(Into::into).collect(),
    }))
}

/// Get access token
///
/// For owners.
#[utoipa::path(
    get,
    path = "/v2/orgs/{org_name}/access-tokens/{access_token_id}",
    tag = "org-access-tokens",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("access_token_id" = Uuid, Path, description = "Which token."),
    ),
    responses((status = 200, description = "The token, without the secret.", body = OrgAccessTokenDetail)),
)]
async fn read(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, TokenId)>,
) -> Result<Json<OrgAccessTokenDetail>, Problem> {
    let whose = Whose::Organization(&organization);
    let caller = signed_in.caller();
    let token = shared.admin.access_token(&caller, whose, id).await?;
    Ok(Json(token.into()))
}

/// Update access token
///
/// Switched off, it stops at once, with all that was signed in with it. For
/// owners who have signed in with a password.
#[utoipa::path(
    patch,
    path = "/v2/orgs/{org_name}/access-tokens/{access_token_id}",
    tag = "org-access-tokens",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("access_token_id" = Uuid, Path, description = "Which token."),
    ),
    request_body = UpdateOrgAccessToken,
    responses((status = 200, description = "The token since.", body = OrgAccessTokenDetail)),
)]
async fn update(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, TokenId)>,
    Body(wanted): Body<UpdateOrgAccessToken>,
) -> Result<Json<OrgAccessTokenDetail>, Problem> {
    let edit = TokenEdit {
        label: wanted.label,
        description: wanted.description,
        resources: wanted.resources.map(kept),
        status: wanted.is_active.map(Switch::from),
    };
    let whose = Whose::Organization(&organization);
    let caller = signed_in.caller();
    let changed = shared
        .admin
        .change_access_token(&caller, whose, id, edit)
        .await?;
    Ok(Json(changed.into()))
}

/// Delete access token
///
/// For good. It stops at once, with all that was signed in with it. For owners
/// who have signed in with a password.
#[utoipa::path(
    delete,
    path = "/v2/orgs/{org_name}/access-tokens/{access_token_id}",
    tag = "org-access-tokens",
    params(
        ("org_name" = String, Path, description = "The organization's name."),
        ("access_token_id" = Uuid, Path, description = "Which token."),
    ),
    responses((status = 204, description = "It is deleted.")),
)]
async fn delete(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names((organization, id)): Names<(OrganizationName, TokenId)>,
) -> Result<StatusCode, Problem> {
    let whose = Whose::Organization(&organization);
    let caller = signed_in.caller();
    shared.admin.delete_access_token(&caller, whose, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
