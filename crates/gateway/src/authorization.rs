//! Who asks, by the `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use pullgate_identity::Secret;

/// What a request brings to say who asks.
#[derive(Debug)]
pub(crate) enum Authorization<'h> {
    /// Nothing.
    None,
    /// A bearer token.
    Bearer(&'h str),
    /// A user name and a secret.
    Basic {
        /// The user name.
        username: String,
        /// The password or access token.
        secret: Secret,
    },
    /// Something that is neither.
    Unreadable,
}

impl<'h> Authorization<'h> {
    /// Reads the header. Two of them are as good as none: it is not for us to
    /// choose between two people.
    pub(crate) fn of(headers: &'h HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Self::None;
        };
        if values.next().is_some() {
            return Self::Unreadable;
        }
        let Some((scheme, rest)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
            return Self::Unreadable;
        };
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            Self::Bearer(rest)
        } else if scheme.eq_ignore_ascii_case("basic") {
            basic(rest).unwrap_or(Self::Unreadable)
        } else {
            Self::Unreadable
        }
    }
}

fn basic<'h>(encoded: &str) -> Option<Authorization<'h>> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (username, secret) = decoded.split_once(':')?;
    Some(Authorization::Basic {
        username: username.to_owned(),
        secret: Secret::from(secret.to_owned()),
    })
}
