//! The challenge: where to get a token, and for what.

use http::HeaderValue;

use crate::gateway::{Arrival, Scheme};

/// The name of this service in challenges and tokens.
pub(crate) const SERVICE: &str = "pullgate";

/// Why a client is challenged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// It has sent no token.
    NoToken,
    /// Its token is not, or no longer, good.
    BadToken,
}

/// The value of `WWW-Authenticate`
/// (distribution's token authentication specification).
///
/// None if the request's own idea of this server's address cannot stand in a
/// header: then there is no address to give.
pub(crate) fn challenge(
    arrival: &Arrival<'_>,
    public_url: Option<&str>,
    repository_name: Option<&str>,
    because: Because,
) -> Option<HeaderValue> {
    let realm = match public_url {
        Some(url) => format!("{url}/token"),
        None => format!("{}://{}/token", scheme(arrival.peer.scheme), arrival.host?),
    };
    let scope = repository_name
        .map(|name| format!(r#",scope="repository:{name}:pull""#))
        .unwrap_or_default();
    let error = match because {
        Because::NoToken => "",
        Because::BadToken => r#",error="invalid_token""#,
    };
    HeaderValue::try_from(format!(
        r#"Bearer realm="{realm}",service="{SERVICE}"{scope}{error}"#
    ))
    .ok()
}

fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    }
}
