//! Who asks, by the session in the `Authorization` header.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use pullgate_admin::Caller;
use pullgate_identity::{BearerError, Identity, Subject};

use crate::problem::Problem;

/// What a request's `Authorization` header turned out to be; goes with each
/// request as an extension.
#[derive(Clone, Debug)]
pub(crate) enum Session {
    /// There is none.
    Absent,
    /// It is one no more, or never was.
    Refused(BearerError),
    /// Somebody who has signed in.
    Of(Subject),
}

/// Reads the header.
pub(crate) fn session(identity: &Identity, headers: &HeaderMap) -> Session {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        // Docker Hub's older tools send `JWT` where newer ones send `Bearer`.
        .filter(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("jwt")
        })
        .map(|(_, token)| token.trim());
    match token.map(|token| identity.verify_session(token)) {
        None => Session::Absent,
        Some(Ok(subject)) => Session::Of(subject),
        Some(Err(error)) => Session::Refused(error),
    }
}

/// Somebody who has signed in. A handler that takes one is never called for
/// anybody else.
#[derive(Debug)]
pub(crate) struct SignedIn(pub(crate) Subject);

impl SignedIn {
    /// Whom the services take it for.
    pub(crate) fn caller(self) -> Caller {
        Caller::SignedIn(self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<Session>() {
            Some(Session::Of(subject)) => Ok(Self(subject.clone())),
            Some(Session::Refused(error)) => Err(Problem::unauthorized(error.to_string())),
            Some(Session::Absent) | None => {
                Err(Problem::unauthorized("sign in first: POST /v2/users/login"))
            }
        }
    }
}
