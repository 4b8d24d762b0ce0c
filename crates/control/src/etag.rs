//! Noticing that somebody else was faster: `ETag` and `If-Match`.
//!
//! Source: RFC 9110, sections 8.8.3 and 13.1.1.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use pullgate_admin::Expected;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::{IntoParams, schema};

use crate::problem::Problem;

/// An answer with the state in which what it tells is.
#[derive(Debug)]
pub(crate) struct Tagged<T> {
    state: String,
    body: T,
}

/// An answer that tells the state, of letters, digits and dashes.
pub(crate) fn tagged<T>(state: &str, body: T) -> Tagged<T> {
    Tagged {
        state: state.to_owned(),
        body,
    }
}

impl<T> IntoResponse for Tagged<T>
where
    Json<T>: IntoResponse,
{
    fn into_response(self) -> Response {
        with_tag(&self.state, Json(self.body))
    }
}

/// The same for an answer of another kind.
pub(crate) fn with_tag(state: &str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Ok(tag) = HeaderValue::try_from(format!("\"{state}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Which states somebody means to change; any if they do not say.
#[derive(Debug)]
pub(crate) struct IfMatch(pub(crate) Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut states = Vec::new();
        let mut anything = true;
        for value in parts.headers.get_all(IF_MATCH) {
            anything = false;
            let value = value.to_str().unwrap_or_default().trim();
            if value == "*" {
                return Ok(Self(Expected::Anything));
            }
            for tag in value.split(',') {
                states.push(state(tag.trim())?);
            }
        }
        Ok(Self(if anything {
            Expected::Anything
        } else {
            Expected::OneOf(states)
        }))
    }
}

/// The state that a tag names. A weak one never matches.
fn state(tag: &str) -> Result<String, Problem> {
    let strong = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = strong
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(_) if strong.len() < tag.len() => Ok(String::new()),
        Some(state) => Ok(state.to_owned()),
        None => Err(Problem::bad_request(
            "If-Match is no list of tags; send the ETag of what you have read, in its quotes",
        )),
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "The `ETag` of what was read: nothing is changed, and 412 answered, if somebody else was faster.",
            ))
            .schema(Some(schema!(String)));
        vec![header.build()]
    }
}
