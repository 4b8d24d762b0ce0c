//! Signing in and out.
//!
//! By password now. Another way (single sign-on) is a file beside this one
//! that ends in the same session, and its button stands in the template's
//! block `other_ways`; a second factor is a page between the password and the
//! session.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use pullgate_admin::ConsoleSignInError;
use pullgate_identity::SignInError;

use super::Routes;
use crate::client::Way;
use crate::console::Services;
use crate::cookies::Cookie;
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::flash::Flash;
use crate::next::Next;
use crate::page::rendered;
use crate::visit::{Context, Visit, keep};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/sign-out/everywhere", post(sign_out_everywhere))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    next: String,
    username: String,
    /// What is wrong; empty if nothing is.
    error: String,
    flash: Option<Flash>,
    /// Whether a password may be typed over this way.
    is_safe: bool,
}

impl SignInPage {
    fn answer(&self, status: StatusCode) -> Response {
        rendered(status, self)
    }
}

async fn show(context: Context, Query(query): Query) -> Response {
    let next = Next::read(query.text("next"));
    if context.visitor.is_some() {
        return Redirect::to(next.as_str()).into_response();
    }
    let page = SignInPage {
        next: next.as_str().to_owned(),
        username: String::new(),
        error: String::new(),
        is_safe: context.way != Way::Plain,
        flash: context.flash,
    };
    page.answer(StatusCode::OK)
}

async fn sign_in(
    State(services): State<Arc<Services>>,
    context: Context,
    fields: Fields,
) -> Result<Response, Failure> {
    let next = Next::read(fields.text("next"));
    let username = fields.text("username");
    let again = |status, error: String| {
        let page = SignInPage {
            next: next.as_str().to_owned(),
            username: username.to_owned(),
            error,
            flash: None,
            is_safe: context.way != Way::Plain,
        };
        Ok(page.answer(status))
    };
    if context.way == Way::Plain {
        return again(StatusCode::FORBIDDEN, String::new());
    }
    let password = fields.secret("password");
    let signed_in = services
        .sessions
        .sign_in(username, &password, context.browser());
    match signed_in.await {
        Ok(opened) => {
            let mut response = Redirect::to(next.as_str()).into_response();
            keep(&mut response, context.way, &opened);
            Ok(response)
        }
        Err(ConsoleSignInError::Failed(error)) => Err(error.into()),
        Err(ConsoleSignInError::AccessToken) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(&ConsoleSignInError::AccessToken.to_string()),
        ),
        Err(ConsoleSignInError::Refused(refused)) => {
            let (status, error) = told(&refused)?;
            again(status, error)
        }
    }
}

/// Why somebody could not sign in, in the words of a page on which only a
/// password can be typed.
pub(super) fn told(refused: &SignInError) -> Result<(StatusCode, String), Failure> {
    Ok(match refused {
        SignInError::Failed(reason) => {
            return Err(Failure::Internal(format!("a sign-in failed: {reason}")));
        }
        SignInError::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The user name or the password is not right. Check both, and try again.".to_owned(),
        ),
        SignInError::Throttled { retry_after } => {
            let minutes = retry_after.as_secs() / 60 + 1;
            let end = if minutes == 1 { "" } else { "s" };
            let text =
                format!("There were too many failed sign-ins. Try again in {minutes} minute{end}.");
            (StatusCode::TOO_MANY_REQUESTS, text)
        }
        other => (
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(&other.to_string()),
        ),
    })
}

async fn sign_out(visit: Visit) -> Result<Response, Failure> {
    visit.services.sessions.sign_out(&visit.visitor).await?;
    Ok(signed_out(&visit, "You are signed out."))
}

async fn sign_out_everywhere(visit: Visit) -> Result<Response, Failure> {
    let sessions = &visit.services.sessions;
    let ended = sessions.sign_out_everywhere(&visit.visitor).await?;
    let text = match ended {
        0 | 1 => "You are signed out. There was no other session.".to_owned(),
        _ => format!("You are signed out everywhere: {ended} sessions have ended."),
    };
    Ok(signed_out(&visit, text))
}

fn signed_out(visit: &Visit, text: impl Into<String>) -> Response {
    let mut response = visit.done("/sign-in", text);
    Cookie::Session.clear(response.headers_mut(), visit.context.way);
    response
}
