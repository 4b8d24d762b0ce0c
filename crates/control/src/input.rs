//! What comes with a request, read strictly and refused in one voice.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON object as a body. What does not fit is a 400 that says where.
///
/// A list is refused even where its items would be taken for fields in their
/// order, and an empty one for an object without any.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, state).await.map_err(refused)?;
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(Problem::bad_request(
                "the body is a list, and has to be a JSON object",
            ));
        }
        let request = Request::from_parts(parts, bytes.into());
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(refused(error)),
        }
    }
}

/// Why a body is not taken.
fn refused(error: impl Into<JsonRejection>) -> Problem {
    let error = error.into();
    if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::too_large(error.body_text())
    } else {
        Problem::bad_request(error.body_text())
    }
}

/// The names in a path. What cannot be the name of anything is a 404, as a
/// name of nothing is.
#[derive(Debug)]
pub(crate) struct Names<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Names<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let names = Path::from_request_parts(parts, state).await;
        names.map(|Path(names)| Self(names)).map_err(|error| {
            Problem::not_found(format!("there is no such thing: {}", error.body_text()))
        })
    }
}

/// The query. What does not fit is a 400 that says where.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|error| Problem::bad_request(error.body_text()))
    }
}

/// A name in a body or a query. What is none is a 400 that says why.
pub(crate) fn name<T: FromStr<Err: Display>>(what: &str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|error| Problem::bad_request(format!("{text:?} is no {what}: {error}")))
}

/// The same for many.
pub(crate) fn named<T: FromStr<Err: Display>>(
    what: &str,
    texts: &[String],
) -> Result<Vec<T>, Problem> {
    texts.iter().map(|text| name(what, text)).collect()
}
