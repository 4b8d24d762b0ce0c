//! Who asks, by the session in the `Authorization` header.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use pullgate_identity::Subject;

use crate::api::Shared;
use crate::problem::Problem;

/// Somebody who has signed in. A handler that takes one is never called for
/// anybody else.
#[derive(Debug)]
pub(crate) struct SignedIn(pub(crate) Subject);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            // Docker Hub's older tools send `JWT` where newer ones send `Bearer`.
            .filter(|(scheme, _)| {
                scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("jwt")
            })
            .map(|(_, token)| token.trim())
            .ok_or_else(|| Problem::unauthorized("sign in first: POST /v2/users/login"))?;
        shared
            .identity
            .verify_session(token)
            .map(Self)
            .map_err(|error| Problem::unauthorized(format!("{error}; sign in again")))
    }
}
