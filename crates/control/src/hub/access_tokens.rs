//! Personal access tokens.

use axum::Json;
use axum::extract::{Extension, State};
use axum::routing::get;
use http::{HeaderMap, StatusCode, Uri};
use jiff::Timestamp;
use pullgate_admin::{NewAccessToken, Whose};
use pullgate_identity::{Scope, Secret, TokenId};
use pullgate_policy::Switch;
use pullgate_store::{Token, TokenEdit};
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

/// Where Docker's own command line client, which is older than this path,
/// looks for the same.
const FORMER: &str = "/v2/api_tokens";

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read, update, delete))
        .route(FORMER, get(list).post(create))
        .route(
            &format!("{FORMER}/{{uuid}}"),
            get(read).patch(update).delete(delete),
        )
}

/// A personal access token.
#[derive(Serialize, ToSchema)]
struct AccessToken {
    uuid: Uuid,
    /// By what it was made: always the same here.
    client_id: &'static str,
    /// The address from which it was made.
    creator_ip: String,
    /// The program with which it was made, by its own word.
    creator_ua: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To within a minute or so; null if it was never used.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used: Option<Timestamp>,
    /// How it was made: always by hand.
    generated_by: &'static str,
    /// Whether it is switched on.
    is_active: bool,
    /// The token itself, in the answer that has made it; else empty.
    token: String,
    /// What its owner calls it.
    token_label: String,
    /// What it may be used for; a higher scope implies the lower ones.
    #[schema(example = json!(["repo:read"]))]
    scopes: Vec<String>,
    /// From when on it counts no more; absent if it does not end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    expires_at: Option<Timestamp>,
}

impl AccessToken {
    /// A token, with its secret only where it is shown.
    fn new(token: Token, secret: Option<&Secret>) -> Self {
        Self {
            uuid: token.id.as_uuid(),
            client_id: "PULLGATE",
            creator_ip: token.origin.address,
            creator_ua: token.origin.agent,
            created_at: token.created_at,
            last_used: token.last_used_at,
            generated_by: "manual",
            is_active: token.status == Switch::On,
            token: secret.map_or_else(String::new, |secret| secret.expose().to_owned()),
            token_label: token.label,
            scopes: token.scopes,
            expires_at: token.expires_at,
        }
    }
}

/// A page of personal access tokens.
#[derive(Serialize, ToSchema)]
struct AccessTokens {
    /// How many there are on all pages.
    count: u64,
    /// Where the next page is; null on the last.
    #[schema(required)]
    next: Option<String>,
    /// Where the page before is; null on the first.
    #[schema(required)]
    previous: Option<String>,
    /// How many of all are switched on.
    active_count: u64,
    results: Vec<AccessToken>,
}

/// A personal access token to be.
#[derive(Deserialize, ToSchema)]
struct CreateAccessToken {
    /// What you call it.
    #[schema(min_length = 1, max_length = 100)]
    token_label: String,
    /// What it may be used for: `repo:admin`, `repo:write`, `repo:read`,
    /// `repo:public_read`. A higher one implies the lower ones.
    #[schema(min_items = 1, example = json!(["repo:read"]))]
    scopes: Vec<String>,
    /// From when on it counts no more; without this it does not end by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// What is to be different of a token; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
struct UpdateAccessToken {
    #[schema(min_length = 1, max_length = 100)]
    token_label: Option<String>,
    /// Whether it is switched on.
    is_active: Option<bool>,
}

/// Create personal access token
///
/// The answer has the token itself, this once. For who has signed in with a
/// password: no access token makes another.
#[utoipa::path(
    post,
    path = "/v2/access-tokens",
    tag = "access-tokens",
    request_body = CreateAccessToken,
    responses((status = 201, description = "The token.", body = AccessToken)),
)]
async fn create(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Body(wanted): Body<CreateAccessToken>,
) -> Result<(StatusCode, Json<AccessToken>), Problem> {
    let scopes = wanted.scopes.iter().map(|scope| scope.parse::<Scope>());
    let scopes = scopes.collect::<Result<Vec<_>, _>>();
    let new = NewAccessToken {
        label: wanted.token_label,
        description: String::new(),
        scopes: scopes.map_err(|error| Problem::bad_request(error.to_string()))?,
        resources: None,
        expires_at: wanted.expires_at,
        origin: origin(client, &headers),
    };
    let caller = signed_in.caller();
    let (token, secret) = shared
        .admin
        .add_access_token(&caller, Whose::Mine, new)
        .await?;
    let shown = AccessToken::new(token, Some(&secret));
    Ok((StatusCode::CREATED, Json(shown)))
}

/// List personal access tokens
///
/// Newest first. For who has signed in with a password.
#[utoipa::path(
    get,
    path = "/v2/access-tokens",
    tag = "access-tokens",
    params(PageQuery),
    responses((status = 200, description = "A page of your tokens.", body = AccessTokens)),
)]
async fn list(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<AccessTokens>, Problem> {
    let wanted = page.wanted(PAGE)?;
    let tokens = shared
        .admin
        .access_tokens(&signed_in.caller(), Whose::Mine)
        .await?;
    let on = |token: &&Token| token.status == Switch::On;
    let active_count = tokens.iter().filter(on).count() as u64;
    let page = wanted.of(tokens, shared.base(), &uri);
    let Page {
        count,
        next,
        previous,
        results,
    } = page;
    let results = results.into_iter();
    Ok(Json(AccessTokens {
        count,
        next,
        previous,
        active_count,
        results: results.map(|token| AccessToken::new(token, None)).collect(),
    }))
}

/// Get personal access token
#[utoipa::path(
    get,
    path = "/v2/access-tokens/{uuid}",
    tag = "access-tokens",
    params(("uuid" = Uuid, Path, description = "Which token.")),
    responses((status = 200, description = "The token, without the secret.", body = AccessToken)),
)]
async fn read(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(id): Names<TokenId>,
) -> Result<Json<AccessToken>, Problem> {
    let caller = signed_in.caller();
    let token = shared.admin.access_token(&caller, Whose::Mine, id).await?;
    Ok(Json(AccessToken::new(token, None)))
}

/// Update personal access token
///
/// Another label, or switching it off and on. Switched off, it stops at once,
/// with all that was signed in with it.
#[utoipa::path(
    patch,
    path = "/v2/access-tokens/{uuid}",
    tag = "access-tokens",
    params(("uuid" = Uuid, Path, description = "Which token.")),
    request_body = UpdateAccessToken,
    responses((status = 200, description = "The token since.", body = AccessToken)),
)]
async fn update(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(id): Names<TokenId>,
    Body(wanted): Body<UpdateAccessToken>,
) -> Result<Json<AccessToken>, Problem> {
    let edit = TokenEdit {
        label: wanted.token_label,
        status: wanted.is_active.map(Switch::from),
        ..TokenEdit::default()
    };
    let caller = signed_in.caller();
    let changed = shared
        .admin
        .change_access_token(&caller, Whose::Mine, id, edit)
        .await?;
    Ok(Json(AccessToken::new(changed, None)))
}

/// Delete personal access token
///
/// For good. It stops at once, with all that was signed in with it.
#[utoipa::path(
    delete,
    path = "/v2/access-tokens/{uuid}",
    tag = "access-tokens",
    params(("uuid" = Uuid, Path, description = "Which token.")),
    responses((status = 204, description = "It is deleted.")),
)]
async fn delete(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(id): Names<TokenId>,
) -> Result<StatusCode, Problem> {
    let caller = signed_in.caller();
    shared
        .admin
        .delete_access_token(&caller, Whose::Mine, id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
