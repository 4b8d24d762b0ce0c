//! Signing in, as Docker Hub's tools do it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, State};
use pullgate_identity::{Secret, Subject};
use serde::{Deserialize, Serialize};

use crate::api::{Client, Shared};
use crate::problem::Problem;

/// `POST /v2/users/login`.
#[derive(Deserialize)]
pub(crate) struct PasswordLogin {
    username: String,
    password: String,
}

/// Its answer: a JWT with `exp`.
#[derive(Serialize)]
pub(crate) struct LoggedIn {
    token: String,
}

/// `POST /v2/auth/token`.
#[derive(Deserialize)]
pub(crate) struct IdentifierLogin {
    identifier: String,
    secret: String,
}

/// Its answer.
#[derive(Serialize)]
pub(crate) struct Granted {
    access_token: String,
}

pub(crate) async fn by_password(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    body: Result<Json<PasswordLogin>, JsonRejection>,
) -> Result<Json<LoggedIn>, Problem> {
    let Json(login) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
    let token = session(&shared, client, &login.username, login.password).await?;
    Ok(Json(LoggedIn { token }))
}

pub(crate) async fn by_identifier(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    body: Result<Json<IdentifierLogin>, JsonRejection>,
) -> Result<Json<Granted>, Problem> {
    let Json(login) = body.map_err(|error| Problem::bad_request(error.body_text()))?;
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
