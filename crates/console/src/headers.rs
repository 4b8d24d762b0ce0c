//! What every answer says to the browser about itself.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// A page is made of this server's own files and nothing else; nothing in it
/// is run or styled that stands in the page itself; its forms go to this
/// server; and it stands in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Adds them. What a handler has said of caching stays.
pub(crate) fn secure(headers: &mut HeaderMap) {
    let mut insert = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    insert(CONTENT_SECURITY_POLICY, POLICY);
    insert(X_CONTENT_TYPE_OPTIONS, "nosniff");
    insert(X_FRAME_OPTIONS, "DENY");
    // Not `no-referrer`: with that a browser hides from us, too, where a form
    // comes from.
    insert(REFERRER_POLICY, "same-origin");
    let named = HeaderName::from_static;
    insert(named("cross-origin-opener-policy"), "same-origin");
    insert(named("cross-origin-resource-policy"), "same-origin");
    insert(
        named("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    let caching = HeaderValue::from_static("no-store");
    headers.entry(CACHE_CONTROL).or_insert(caching);
}
