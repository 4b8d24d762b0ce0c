//! What went wrong, as a page that says what happened, why, and what to do
//! next.
//!
//! A handler returns one, or the error of the service that it called with
//! `?`. What a person can mend in a form is no failure but the form again,
//! with the mistake told at its field.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use pullgate_admin::AdminError;

use crate::console::Services;
use crate::cookies::Cookie;
use crate::next::Next;
use crate::page::rendered;
use crate::rates::{Asker, TooMany};
use crate::shell::Shell;
use crate::visit::{Context, Visit};

/// What went wrong.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// There is nothing there, or nothing for this person, with a sentence
    /// about it.
    NotFound(Option<String>),
    /// It is there, and not for this person.
    Forbidden(String),
    /// What was asked cannot be done as it stands.
    Refused(String),
    /// Nobody is signed in, and the page needs somebody.
    SignInFirst(Next),
    /// A form was sent by a session that counts no more.
    SessionEnded,
    /// A form that is none of ours, or none of this session's.
    Forged,
    /// A form that is too large.
    TooLarge,
    /// More requests than anybody needs.
    TooMany(TooMany),
    /// The database cannot be asked.
    Unavailable,
    /// It took too long.
    Slow,
    /// A mistake of ours. The text is for the log.
    Internal(String),
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        let sentence = sentence(&error.to_string());
        match error {
            AdminError::NotFound(_) => Self::NotFound(Some(sentence)),
            AdminError::Forbidden(_) => Self::Forbidden(sentence),
            AdminError::Invalid(_) | AdminError::Conflict(_) | AdminError::Outdated(_) => {
                Self::Refused(sentence)
            }
            AdminError::Unavailable(reason) => {
                tracing::error!(reason, "a page could not be shown");
                Self::Unavailable
            }
        }
    }
}

/// A service's message as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut text: String = first.into_iter().flatten().chain(letters).collect();
    if !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

/// The words of a page about what went wrong.
pub(crate) struct Words {
    status: StatusCode,
    /// What happened.
    pub(crate) title: &'static str,
    /// Why, and what it means.
    pub(crate) text: String,
    /// What to do next: a label and where it leads.
    pub(crate) action: (&'static str, String),
}

impl Failure {
    fn words(&self, context: Option<&Context>) -> Words {
        let start = ("Go to the start page", "/".to_owned());
        let again = || {
            let asked = context.filter(|context| !context.asks_to_do);
            let address = asked.map_or("/", |context| context.address.as_str());
            ("Try again", Next::read(address).as_str().to_owned())
        };
        let (status, title, text, action) = match self {
            Self::NotFound(text) => (
                StatusCode::NOT_FOUND,
                "There is nothing here",
                text.clone().unwrap_or_else(|| {
                    "The address may be mistyped, or what it named is gone.".to_owned()
                }),
                start,
            ),
            Self::Forbidden(text) => (
                StatusCode::FORBIDDEN,
                "You may not do that",
                text.clone(),
                start,
            ),
            Self::Refused(text) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "That could not be done",
                format!("{text} Nothing was changed."),
                start,
            ),
            Self::SignInFirst(next) => (
                StatusCode::UNAUTHORIZED,
                "Sign in first",
                "This page is for people who have signed in.".to_owned(),
                ("Sign in", next.after_sign_in()),
            ),
            Self::SessionEnded => (
                StatusCode::UNAUTHORIZED,
                "Your session has ended",
                "You were signed out in the meantime: after a while without use, by signing out elsewhere, or because your account changed. What you have just sent was not carried out.".to_owned(),
                ("Sign in again", "/sign-in".to_owned()),
            ),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "This form cannot be taken",
                "It did not come from a page of this console in the session that you are in, so nothing was changed. Open the page again and send it from there.".to_owned(),
                start,
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "That is too much at once",
                "The form is larger than 512 KB, so nothing was changed. Send it in parts.".to_owned(),
                start,
            ),
            Self::TooMany(TooMany { wait, from }) => {
                let who = match from {
                    Asker::Session => "This session",
                    Asker::Address => "This address",
                };
                let seconds = wait.as_secs().saturating_add(1);
                let end = if seconds == 1 { "" } else { "s" };
                (
                    StatusCode::TOO_MANY_REQUESTS,
                    "Too many requests",
                    format!("{who} has asked for more pages than the console answers in a minute, so this request was not carried out. Pulls are not affected. Wait {seconds} second{end}, then reload the page; if a script of yours asks, let it use the API."),
                    start,
                )
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The database does not answer",
                "Nothing was changed. Pulls are decided by the last known policy for a while. Try again in a minute; if this stays, tell whoever runs this Pullgate.".to_owned(),
                again(),
            ),
            Self::Slow => (
                StatusCode::SERVICE_UNAVAILABLE,
                "That took too long",
                "The request did not arrive, or was not answered, within a minute. Reload the page to see whether it was carried out.".to_owned(),
                again(),
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong here",
                "This is a mistake in Pullgate, not yours. Try again; if it stays, tell whoever runs this Pullgate that its log says why.".to_owned(),
                again(),
            ),
        };
        Words {
            status,
            title,
            text,
            action,
        }
    }
}

/// Goes out as a plain text until [`show`] makes a page of it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let words = self.words(None);
        let mut response =
            (words.status, format!("{}\n{}\n", words.title, words.text)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    shell: Shell,
    words: Words,
}

#[derive(Template)]
#[template(path = "failure_outside.html")]
struct FailureOutside {
    words: Words,
}

/// Makes a page of an answer that is a failure, for whoever asked; and takes
/// away what a page has said once.
pub(crate) async fn show(
    services: &Arc<Services>,
    context: &Context,
    response: Response,
) -> Response {
    let mut response = match response.extensions().get::<Failure>().cloned() {
        None => response,
        Some(Failure::SignInFirst(next)) if !context.brought_session => {
            Redirect::to(&next.after_sign_in()).into_response()
        }
        Some(failure) => page(services, context, &failure).await,
    };
    if context.visitor.is_none() && context.brought_session {
        // It will not come back to life, unless the database was away.
        let away = response.status() == StatusCode::SERVICE_UNAVAILABLE;
        let begun = response.headers().contains_key(http::header::SET_COOKIE);
        if !away && !begun {
            Cookie::Session.clear(response.headers_mut(), context.way);
        }
    }
    let is_page = !response.status().is_redirection() && !context.asks_to_do;
    if context.flash.is_some() && is_page {
        Cookie::Flash.clear(response.headers_mut(), context.way);
    }
    response
}

/// A failure as a page without the frame, for which nothing is looked up.
pub(crate) fn alone(failure: &Failure) -> Response {
    let words = failure.words(None);
    let mut response = rendered(words.status, &FailureOutside { words });
    if let Failure::TooMany(TooMany { wait, .. }) = failure {
        let wait = HeaderValue::from(wait.as_secs().saturating_add(1));
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    response
}

async fn page(services: &Arc<Services>, context: &Context, failure: &Failure) -> Response {
    if let Failure::Internal(reason) = failure {
        tracing::error!(reason, "a page failed");
    }
    let words = failure.words(Some(context));
    let status = words.status;
    // The frame needs the database; without it the page stands alone.
    let visit = Visit::begin(Arc::clone(services), context.clone()).await;
    let mut response = match visit {
        Ok(visit) => {
            let shell = visit.shell(words.title);
            rendered(status, &FailurePage { shell, words })
        }
        Err(_) => rendered(status, &FailureOutside { words }),
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let wait = HeaderValue::from(Duration::from_secs(10).as_secs());
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    response
}
