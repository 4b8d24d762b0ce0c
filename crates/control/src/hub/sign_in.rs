//! Signing in, as Docker Hub's tools do it.

use axum::Json;
use axum::extract::{Extension, State};
use pullgate_identity::{Bearer, IssueError, Secret, Subject};
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
        .routes(routes!(second_factor))
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

/// `POST /v2/users/2fa-login`.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "no challenge is ever given out")]
struct SecondFactorLogin {
    /// The challenge that signing in has answered with.
    login_2fa_token: String,
    /// The code of that moment.
    code: String,
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
    let subject = sign_in(&shared, client, &login.username, login.password).await?;
    let token = issued(shared.identity.issue_session(&subject))?;
    Ok(Json(LoggedIn { token }))
}

/// Second factor authentication
///
/// Signing in asks for no second factor yet, so there is no challenge that
/// could be answered: this is always a 401.
#[utoipa::path(
    post,
    path = "/v2/users/2fa-login",
    tag = "authentication",
    request_body = SecondFactorLogin,
    responses(
        (status = 200, description = "Signed in.", body = LoggedIn),
        (status = 401, description = "The challenge is unknown.", body = ProblemBody),
    ),
    security(()),
)]
async fn second_factor(Body(_): Body<SecondFactorLogin>) -> Problem {
    Problem::unauthorized(
        "this second step of a sign-in is unknown or has ended: signing in asks for no second factor here, so POST /v2/users/login is all there is to do",
    )
}

/// Create an access token for a session
///
/// With an identifier and a secret: a user name and a password or a personal
/// access token, or an organization's name and its access token. The session
/// ends after ten minutes.
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
    let subject = sign_in(&shared, client, &login.identifier, login.secret).await?;
    let access_token = issued(shared.identity.issue_short_session(&subject))?;
    Ok(Json(Granted { access_token }))
}

async fn sign_in(
    shared: &Shared,
    client: Client,
    username: &str,
    secret: String,
) -> Result<Subject, Problem> {
    let secret = Secret::from(secret);
    let signed_in = shared.identity.sign_in(username, &secret, client.address);
    Ok(signed_in.await?)
}

fn issued(session: Result<Bearer, IssueError>) -> Result<String, Problem> {
    let session = session.map_err(|error| {
        tracing::error!(%error, "a session could not be issued");
        Problem::unavailable("signing in failed on the server; try again in a minute")
    })?;
    Ok(session.token)
}
