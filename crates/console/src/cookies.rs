//! The three cookies: who is signed in, what the last form has to say, and
//! which organization was looked at last.
//!
//! Over an encrypted way their names have the prefix `__Host-`, by which a
//! browser takes them from this host alone, with `Secure`, for all paths: no
//! other host of the same domain can put one in their place. Without
//! encryption a browser would not take that prefix, so they go without.

use std::time::Duration;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use pullgate_identity::Secret;

use crate::client::Way;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session's secret.
    Session,
    /// What the next page is to say.
    Flash,
    /// The organization that was looked at last.
    Organization,
}

impl Cookie {
    fn name(self, way: Way) -> &'static str {
        match (self, way) {
            (Self::Session, Way::Encrypted) => "__Host-pullgate",
            (Self::Session, _) => "pullgate",
            (Self::Flash, Way::Encrypted) => "__Host-pullgate-flash",
            (Self::Flash, _) => "pullgate-flash",
            (Self::Organization, Way::Encrypted) => "__Host-pullgate-org",
            (Self::Organization, _) => "pullgate-org",
        }
    }

    /// Its value in a request, decoded.
    pub(crate) fn read(self, headers: &HeaderMap, way: Way) -> Option<String> {
        let name = self.name(way);
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines.filter_map(|line| line.to_str().ok());
        let mut pairs = pairs.flat_map(|line| line.split(';'));
        let value = pairs.find_map(|pair| {
            let (found, value) = pair.trim().split_once('=')?;
            (found == name).then_some(value)
        })?;
        let decoded = percent_decode_str(value).decode_utf8().ok()?;
        Some(decoded.into_owned()).filter(|value| !value.is_empty())
    }

    /// Sets it in an answer.
    pub(crate) fn set(self, headers: &mut HeaderMap, way: Way, value: &str, lasts: Duration) {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        let secure = if way == Way::Encrypted {
            "; Secure"
        } else {
            ""
        };
        let text = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            self.name(way),
            lasts.as_secs()
        );
        // What is percent-encoded is a header's value.
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.append(SET_COOKIE, value);
        }
    }

    /// Takes it away in an answer.
    pub(crate) fn clear(self, headers: &mut HeaderMap, way: Way) {
        self.set(headers, way, "", Duration::ZERO);
    }
}

/// Sets the cookie of a session.
pub(crate) fn set_session(headers: &mut HeaderMap, way: Way, secret: &Secret, lasts: Duration) {
    Cookie::Session.set(headers, way, secret.expose(), lasts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_way_has_cookies_that_no_other_host_can_set() {
        let mut headers = HeaderMap::new();
        let secret = Secret::new("a-b_c");
        set_session(
            &mut headers,
            Way::Encrypted,
            &secret,
            Duration::from_mins(1),
        );
        assert_eq!(
            headers[SET_COOKIE],
            "__Host-pullgate=a%2Db%5Fc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        let mut plain = HeaderMap::new();
        set_session(
            &mut plain,
            Way::PlainAndMeant,
            &secret,
            Duration::from_mins(1),
        );
        assert_eq!(
            plain[SET_COOKIE],
            "pullgate=a%2Db%5Fc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        );
    }

    #[test]
    fn a_cookie_is_read_back_and_only_under_its_own_name() {
        let mut headers = HeaderMap::new();
        let sent = "theme=dark; pullgate=plain; __Host-pullgate-flash=d%2Ex; __Host-pullgate=a%2Db";
        headers.insert(COOKIE, sent.parse().unwrap());
        let read = |cookie: Cookie, way| cookie.read(&headers, way);
        assert_eq!(read(Cookie::Session, Way::Encrypted).unwrap(), "a-b");
        assert_eq!(read(Cookie::Session, Way::PlainAndMeant).unwrap(), "plain");
        assert_eq!(read(Cookie::Flash, Way::Encrypted).unwrap(), "d.x");
        assert_eq!(read(Cookie::Organization, Way::Encrypted), None);
    }
}
