//! Who is at the other end of a connection, and how safe the way to them is.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::HOST;

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// The address that asks, past any trusted proxy.
    pub address: IpAddr,
    /// How it asks.
    pub scheme: Scheme,
}

/// How a browser asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Encrypted.
    Https,
    /// Not encrypted.
    Http,
}

/// How safe the way to a browser is for its password and its cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Encrypted.
    Encrypted,
    /// Not encrypted, and it does not leave the machine; or the site has said
    /// that this is its address.
    PlainAndMeant,
    /// Not encrypted, over a network: nobody signs in over that.
    Plain,
}

impl Way {
    /// The way to a browser that asked with these headers. A console whose
    /// address is an https one is reached by that: a proxy that is not named
    /// as trusted may have taken the encryption off.
    pub(crate) fn of(scheme: Scheme, headers: &HeaderMap, public_url: Option<&str>) -> Self {
        if scheme == Scheme::Https || public_url.is_some_and(|url| url.starts_with("https://")) {
            return Self::Encrypted;
        }
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_default();
        let meant = public_url
            .and_then(|url| url.strip_prefix("http://"))
            .is_some_and(|meant| meant.split('/').next() == Some(host));
        if meant || is_loopback(host) {
            Self::PlainAndMeant
        } else {
            Self::Plain
        }
    }
}

/// Whether a `Host` header names this machine, in a browser's eyes.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let address = name.parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(scheme: Scheme, host: &'static str, public_url: Option<&str>) -> Way {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        Way::of(scheme, &headers, public_url)
    }

    #[test]
    fn a_password_goes_over_no_network_in_the_clear_unless_the_site_says_so() {
        let acme = Some("https://pullgate.acme.example");
        let plain = Some("http://pullgate.lan:8080/console");
        for (scheme, host, public_url, expected) in [
            (Scheme::Https, "10.0.0.1", None, Way::Encrypted),
            (Scheme::Http, "pullgate.acme.example", acme, Way::Encrypted),
            (Scheme::Http, "localhost:8080", None, Way::PlainAndMeant),
            (Scheme::Http, "127.0.0.1:8080", None, Way::PlainAndMeant),
            (Scheme::Http, "[::1]:8080", None, Way::PlainAndMeant),
            (Scheme::Http, "10.0.0.1:8080", None, Way::Plain),
            (Scheme::Http, "localhost.evil.example", None, Way::Plain),
            (Scheme::Http, "pullgate.lan:8080", plain, Way::PlainAndMeant),
            (Scheme::Http, "pullgate.lan:8081", plain, Way::Plain),
            (Scheme::Http, "", None, Way::Plain),
        ] {
            assert_eq!(way(scheme, host, public_url), expected, "{host}");
        }
    }
}
