//! What a client is told when it does not get what it asked for.
//!
//! All refusals and failures become a [`Problem`], and this is the one place
//! where a problem becomes a status, headers and the specification's
//! `{"errors":[…]}`.
//!
//! Use [`Problem::denied`] for what the policy says, [`Problem::new`] for all
//! else. A message is for the person who typed the pull: many clients show it
//! and nothing else. Clients written in Go print the status line when they
//! give up on a `HEAD`, so the message stands there too.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use hyper::ext::ReasonPhrase;
use pullgate_access::Decision;
use serde_json::{Value, json};

use crate::reply::{Reply, ReplyBody};

/// The longest message in a status line, in bytes. Go's HTTP client reads
/// lines of 4 KiB.
const MAX_REASON: usize = 1_500;

/// The error codes that clients know, of the OCI distribution specification
/// and of Docker's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    BlobUnknown,
    Denied,
    DigestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    PaginationNumberInvalid,
    RangeInvalid,
    TagInvalid,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unsupported,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::Denied => "DENIED",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::PaginationNumberInvalid => "PAGINATION_NUMBER_INVALID",
            Self::RangeInvalid => "RANGE_INVALID",
            Self::TagInvalid => "TAG_INVALID",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Unsupported => "UNSUPPORTED",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BlobUnknown | Self::ManifestUnknown | Self::NameUnknown => StatusCode::NOT_FOUND,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::DigestInvalid
            | Self::NameInvalid
            | Self::PaginationNumberInvalid
            | Self::TagInvalid => StatusCode::BAD_REQUEST,
            Self::RangeInvalid => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Unavailable => StatusCode::BAD_GATEWAY,
            Self::Unsupported => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}

/// Which body a problem has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// The distribution specification's list of errors.
    Registry,
    /// That, and `details`, which Docker's clients print of a token service's
    /// answer. Anywhere else they would take it for the whole answer: podman
    /// would read an unknown error, and try again.
    TokenService,
}

/// Why a client does not get what it asked for.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: Code,
    message: String,
    detail: Option<Value>,
    shape: Shape,
    headers: Vec<(http::HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem with the status that belongs to its code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            message: message.into(),
            detail: None,
            shape: Shape::Registry,
            headers: Vec::new(),
        }
    }

    /// What the policy refuses.
    pub(crate) fn denied(decision: &Decision, console: Option<&str>) -> Self {
        let mut problem = Self::new(Code::Denied, decision.sentence(console));
        problem.detail = Some(json!({
            "repository": decision.repository.as_str(),
            "category": decision.category,
            "category_unknown": decision.verdict().category_unknown(),
            "rule": decision.rule,
            "organization": decision.organization,
        }));
        problem
    }

    /// The same problem with another status.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same problem, told by the token service.
    pub(crate) fn of_token_service(mut self) -> Self {
        self.shape = Shape::TokenService;
        self
    }

    /// The same problem with how long to wait before trying again.
    pub(crate) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        if let Some(wait) = wait {
            self.headers
                .push((RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1))));
        }
        self
    }

    /// The same problem with a challenge to sign in.
    pub(crate) fn challenge(self, challenge: HeaderValue) -> Self {
        self.header(WWW_AUTHENTICATE, challenge)
    }

    /// The same problem with one more header.
    pub(crate) fn header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer.
    pub(crate) fn into_reply(self) -> Reply {
        let mut error = json!({"code": self.code.as_str(), "message": self.message});
        if let Some(detail) = self.detail {
            error["detail"] = detail;
        }
        let mut body = json!({"errors": [error]});
        if self.shape == Shape::TokenService {
            body["details"] = json!(self.message);
        }
        let mut reply = Reply::new(ReplyBody::from(Bytes::from(body.to_string())));
        *reply.status_mut() = self.status;
        reply
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        reply.headers_mut().extend(self.headers);
        // A challenge is read by programs, and what is not there has its
        // status: only what a person has to know goes into the line.
        if !matches!(
            self.status,
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND
        ) && let Ok(reason) = ReasonPhrase::try_from(in_status_line(&self.message))
        {
            reply.extensions_mut().insert(reason);
        }
        reply
    }
}

/// A message fit for a status line: printable ASCII of bounded length.
fn in_status_line(message: &str) -> Vec<u8> {
    message
        .chars()
        .take(MAX_REASON)
        .map(|char| {
            u8::try_from(char)
                .ok()
                .filter(|byte| matches!(byte, b' '..=b'~'))
                .unwrap_or(b'?')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_holds_one_line_of_printable_ascii_whatever_the_message() {
        let line = in_status_line(&format!("a\r\nX-Evil: 1\u{7f}\u{e9}{}", "b".repeat(5_000)));
        assert!(line.starts_with(b"a??X-Evil: 1??bbb"));
        assert_eq!(line.len(), MAX_REASON);
    }

    #[test]
    fn a_problem_says_the_same_in_the_status_line_and_in_the_body() {
        let reply = Problem::new(Code::Denied, "pull denied: no").into_reply();
        assert_eq!(reply.status(), StatusCode::FORBIDDEN);
        let reason = reply.extensions().get::<ReasonPhrase>().unwrap();
        assert_eq!(reason.as_bytes(), b"pull denied: no");
    }
}
