//! Telling a form of ours from one that another site has a browser send.
//!
//! A browser says of every form where it comes from, in `Sec-Fetch-Site`, or
//! in `Origin` where it is older or the way is not encrypted. That is checked
//! first, for every request that could change something, signed in or not.
//! Then, for whoever is signed in, the form must carry what this session's
//! pages have put into it: that holds even where a browser says nothing, or
//! somebody has got another host of the same site to send the form.
//!
//! The body is read here, once, and handed on as [`Fields`]; a handler has no
//! other way to it and so cannot forget the check.

use axum::body::Body;
use axum::body::to_bytes;
use axum::extract::Request;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, Method};
use pullgate_admin::Visitor;

use crate::console::Services;
use crate::failure::Failure;
use crate::fields::Fields;

/// The largest form, in bytes: a long allowlist that is pasted.
const LARGEST: usize = 512 * 1024;

/// The field that carries the session's token.
pub(crate) const TOKEN: &str = "csrf";

/// Whether a request asks for something to be done.
pub(crate) fn does_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// Lets a form of ours pass, with what it says.
pub(crate) async fn check(
    services: &Services,
    visitor: Option<&Visitor>,
    request: Request,
) -> Result<Request, Failure> {
    let (mut parts, body) = request.into_parts();
    let public_url = services.settings.public_url.as_deref();
    if !comes_from_here(&parts.headers, public_url) {
        return Err(Failure::Forged);
    }
    let kind = parts.headers.get(CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let body = to_bytes(body, LARGEST)
        .await
        .map_err(|_| Failure::TooLarge)?;
    if !is_form && !body.is_empty() {
        return Err(Failure::Forged);
    }
    let fields = Fields::parse(&body);
    if let Some(visitor) = visitor
        && !services.sessions.is_own_form(visitor, fields.text(TOKEN))
    {
        return Err(Failure::Forged);
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// Whether a browser says that it sends this from a page of ours.
fn comes_from_here(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |value: Option<&http::HeaderValue>| {
        let value = value.and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    if let Some(site) = headers.get("sec-fetch-site") {
        // `none`: a person has done it, as by reloading the page.
        return site == "same-origin" || site == "none";
    }
    let (origin, host) = (text(headers.get(ORIGIN)), text(headers.get(HOST)));
    let of_host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))
        .is_some_and(|name| !host.is_empty() && name.eq_ignore_ascii_case(&host));
    let of_site = public_url
        .and_then(|url| url::Url::parse(url).ok())
        .is_some_and(|url| url.origin().ascii_serialization() == origin);
    of_host || of_site
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        comes_from_here(&headers, Some("https://pullgate.acme.example/console"))
    }

    #[test]
    fn a_browsers_word_about_the_site_counts() {
        assert!(comes(&[("sec-fetch-site", "same-origin")]));
        assert!(comes(&[("sec-fetch-site", "none")]));
        for other in ["cross-site", "same-site", "", "nonsense"] {
            let own = ("origin", "http://localhost:8080");
            let host = ("host", "localhost:8080");
            assert!(!comes(&[("sec-fetch-site", other), own, host]), "{other}");
        }
    }

    #[test]
    fn an_older_browsers_origin_is_this_hosts_or_the_sites() {
        let host = ("host", "localhost:8080");
        assert!(comes(&[host, ("origin", "http://localhost:8080")]));
        assert!(comes(&[host, ("origin", "https://pullgate.acme.example")]));
        for other in [
            "null",
            "",
            "http://localhost:8081",
            "https://evil.example",
            "https://pullgate.acme.example.evil.example",
            "http://pullgate.acme.example",
        ] {
            assert!(!comes(&[host, ("origin", other)]), "{other}");
        }
        assert!(!comes(&[host]), "who says nothing is no browser");
        assert!(!comes(&[("origin", "http://")]), "no host at all");
    }
}
