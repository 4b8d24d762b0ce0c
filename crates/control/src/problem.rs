//! What a client is told when it does not get what it asked for: Docker Hub's
//! shape, `{"detail":…,"message":…}`.
//!
//! A handler returns the error of the service it called with `?`; what it
//! refuses by itself, for the form of the request alone, it builds here.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use pullgate_admin::AdminError;
use pullgate_identity::SignInError;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
    retry_after: Option<Duration>,
}

/// Why a request was not answered as asked.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// What happened, why, and what to do next.
    detail: String,
    /// The same: of Docker Hub's tools some read the one and some the other.
    message: String,
    /// The status in words. By `not found` anywhere in an answer, Docker's
    /// Terraform provider knows that what it looks after is gone.
    error: &'static str,
}

impl Problem {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            retry_after: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn method(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }

    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    pub(crate) fn too_many_requests(wait: Duration) -> Self {
        let message = format!(
            "too many requests: try again in {} seconds",
            whole_seconds(wait)
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, message).retry_after(wait)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }

    fn retry_after(self, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }
}

/// Rounded up: who waits for that long has waited for long enough.
fn whole_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let message = error.to_string();
        match error {
            AdminError::NotFound(_) => Self::not_found(message),
            AdminError::Forbidden(_) => Self::forbidden(message),
            AdminError::Invalid(_) => Self::bad_request(message),
            AdminError::Conflict(_) => Self::new(StatusCode::CONFLICT, message),
            AdminError::Outdated(_) => Self::new(StatusCode::PRECONDITION_FAILED, message),
            AdminError::Unavailable(reason) => {
                tracing::error!(reason, "a request could not be answered");
                Self::unavailable("the database cannot be asked just now; nothing was changed, try again in a minute")
                    .retry_after(Duration::from_secs(10))
            }
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        let message = error.to_string();
        match error {
            SignInError::Throttled { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, message).retry_after(retry_after)
            }
            SignInError::Busy => Self::unavailable(message).retry_after(Duration::from_secs(2)),
            SignInError::Failed(reason) => {
                tracing::error!(reason, "a sign-in failed on the server");
                Self::unavailable("signing in failed on the server; try again in a minute")
            }
            SignInError::Wrong
            | SignInError::Disabled
            | SignInError::SwitchedOff
            | SignInError::Expired => Self::unauthorized(message),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            detail: self.message.clone(),
            message: self.message,
            error: self.status.canonical_reason().unwrap_or_default(),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        response
    }
}
