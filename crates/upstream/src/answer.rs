use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{AsHeaderName, CONTENT_ENCODING, CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use url::Url;

use crate::error::UpstreamError;
use crate::origin::{entry_for, shown};
use crate::resolver::AddressRefused;

/// What came back, after redirects.
pub(crate) struct Answer {
    response: reqwest::Response,
    from: From,
}

/// Who answered.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// The upstream itself, asked with whatever credentials there were.
    Upstream,
    /// A host that it redirected to; scheme, host and port.
    Elsewhere(String),
}

impl Answer {
    pub(crate) fn new(response: reqwest::Response, from: From) -> Self {
        Self { response, from }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Whether it is the upstream's own "sign in first".
    pub(crate) fn is_challenge(&self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED && matches!(self.from, From::Upstream)
    }

    /// The answer, if it is a good one.
    pub(crate) fn checked(self, now: Timestamp) -> Result<Self, UpstreamError> {
        match self.status() {
            StatusCode::OK | StatusCode::NOT_MODIFIED => {}
            status => return Err(self.failure(status, now)),
        }
        // The digest is that of the plain bytes.
        match self.header(CONTENT_ENCODING) {
            None | Some("identity" | "") => Ok(self),
            Some(_) => Err(UpstreamError::invalid(
                "it is compressed on the way, which was not asked for",
            )),
        }
    }

    fn failure(&self, status: StatusCode, now: Timestamp) -> UpstreamError {
        let who = match &self.from {
            From::Upstream => "it".to_owned(),
            From::Elsewhere(host) => format!("{host}, to which it redirects,"),
        };
        match (status, &self.from) {
            (StatusCode::NOT_FOUND, _) => UpstreamError::NotFound,
            (StatusCode::TOO_MANY_REQUESTS, _) => UpstreamError::TooManyRequests {
                retry_after: self.header(RETRY_AFTER).and_then(|text| wait(text, now)),
            },
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, From::Upstream) => {
                UpstreamError::Denied
            }
            // A storage service refuses a signed address that is too old or
            // that was made for another clock. That says nothing on rights.
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::REQUEST_TIMEOUT, _) => {
                UpstreamError::unavailable(format!("{who} answered {}", status.as_u16()))
            }
            _ if status.is_server_error() => {
                UpstreamError::unavailable(format!("{who} answered {}", status.as_u16()))
            }
            _ => UpstreamError::invalid(format!("{who} answered {}", status.as_u16())),
        }
    }

    /// A header that is there and readable.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok().map(str::trim)
    }

    /// The size it announces. Read from the header, as the answer to a `HEAD`
    /// has no body to measure.
    pub(crate) fn announced_size(&self) -> Option<u64> {
        self.header(CONTENT_LENGTH)?.parse().ok()
    }

    /// The whole body, if it is no longer than `limit` bytes.
    pub(crate) async fn body(mut self, limit: usize) -> Result<Bytes, UpstreamError> {
        let too_large =
            || UpstreamError::invalid(format!("it is larger than {} KiB", limit / 1024));
        let announced = self.announced_size().unwrap_or(0);
        let Some(expected) = usize::try_from(announced)
            .ok()
            .filter(|size| *size <= limit)
        else {
            return Err(too_large());
        };
        let mut body = BytesMut::with_capacity(expected);
        while let Some(chunk) = self.response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    pub(crate) fn into_response(self) -> reqwest::Response {
        self.response
    }
}

/// How long to wait: a number of seconds or a date (RFC 9110, 10.2.3).
fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// Which list of the configuration would permit a host.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Setting {
    Realms,
    Redirects,
}

/// The refusal to connect to a host with such an address.
pub(crate) fn refused(url: &Url, class: &str, setting: Setting) -> UpstreamError {
    let name = match setting {
        Setting::Realms => "realms",
        Setting::Redirects => "redirects",
    };
    UpstreamError::refused(format!(
        "it leads to {}, which has a {class} address; if that is right, list \"{}\" in `{name}` \
         of this upstream",
        shown(url),
        entry_for(url)
    ))
}

/// Why a request got no answer.
pub(crate) fn unanswered(error: reqwest::Error, url: &Url, setting: Setting) -> UpstreamError {
    if let Some(address) = AddressRefused::cause_of(&error) {
        return refused(url, address.class(), setting);
    }
    broken(error)
}

/// Why an answer ended early. Addresses are left out of the text, as their
/// query may hold a signature.
pub(crate) fn broken(error: reqwest::Error) -> UpstreamError {
    let what = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection can be made"
    } else {
        "the connection broke off"
    };
    let cause = innermost(&error.without_url());
    UpstreamError::unavailable(format!("{what} ({cause})"))
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        assert_eq!(wait("120", now), Some(Duration::from_mins(2)));
        assert_eq!(
            wait("Wed, 21 Oct 2015 07:28:00 GMT", now),
            Some(Duration::from_mins(1))
        );
        assert_eq!(
            wait("Wed, 21 Oct 2015 07:20:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(wait("soon", now), None);
    }
}
