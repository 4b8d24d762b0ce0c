//! Signing in, as Docker Hub's tools do it.

use axum::Json;
use axum::extract::{Extension, State};
use pullgate_identity::{Secret, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Client, Shared};
use crate::input::Body;
use crate::problem::{Problem, ProblemBody};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(by_password))
        .routes(routes!(by_identifier))
}

/// `POST /v2/users/login`.
#[derive(Deserialize, ToSchema)]
struct PasswordLogin {
    username: String,
    password: String,
}

/// Its answer: a JWT with `exp`.
#[derive(Serialize, ToSchema)]
struct LoggedIn {
    token: String,
}

/// `POST /v2/auth/token`.
#[derive(Deserialize, ToSchema)]
struct IdentifierLogin {
    identifier: String,
    secret: String,
}

/// Its answer.
#[derive(Serialize, ToSchema)]
struct Granted {
    access_token: String,
}

/// Sign in with a password
///
/// With a user name and a password or an access token.
#[utoipa::path(
    post,
    path = "/v2/users/login",
    tag = "authentication",
    request_body = PasswordLogin,
    responses(
        (status = 200, description = "Signed in.", body = LoggedIn),
        (status = 401, description = "The user name or the password is wrong.", body = ProblemBody),
    ),
    security(()),
)]
async fn by_password(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    Body(login): Body<PasswordLogin>,
) -> Result<Json<LoggedIn>, Problem> {
    let token = session(&shared, client, &login.username, login.password).await?;
    Ok(Json(LoggedIn { token }))
}

/// Create an access token for a session
///
/// With an identifier and a secret: a password or an access token.
#[utoipa::path(
    post,
    path = "/v2/auth/token",
    tag = "authentication",
    request_body = IdentifierLogin,
    responses(
        (status = 200, description = "Signed in.", body = Granted),
        (status = 401, description = "The identifier or the secret is wrong.", body = ProblemBody),
    ),
    security(()),
)]
async fn by_identifier(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    Body(login): Body<IdentifierLogin>,
) -> Result<Json<Granted>, Problem> {
    let access_token = session(&shared, client, &login.identifier, login.secret).await?;
    Ok(Json(Granted { access_token }))
}

async fn session(
    shared: &Shared,
    client: Client,
    username: &str,
    secret: String,
) -> Result<String, Problem> {
    let secret = Secret::from(secret);
    let subject: Subject = shared
        .identity
        .sign_in(username, &secret, client.address)
        .await?;
    let session = shared.identity.issue_session(&subject).map_err(|error| {
        tracing::error!(%error, "a session could not be issued");
        Problem::unavailable("signing in failed on the server; try again in a minute")
    })?;
    Ok(session.token)
}
