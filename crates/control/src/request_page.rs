//! The page that the link in a denial leads to.
//!
//! It says how to get access: plain words that need no sign-in, for it tells
//! nothing but what was already in the link.

use axum::extract::Query;
use axum::response::{Html, IntoResponse};
use http::header::CONTENT_SECURITY_POLICY;
use pullgate_reference::Reference;
use serde::Deserialize;

/// The page needs its own style and nothing else, and stands in no frame.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'none'";

#[derive(Deserialize)]
pub(crate) struct About {
    #[serde(default)]
    image: String,
}

/// `GET /request?image=`.
pub(crate) async fn page(Query(about): Query<About>) -> impl IntoResponse {
    // Only what parses as an image is shown, and that has no character that
    // would mean something in a page.
    let repository = about
        .image
        .parse::<Reference>()
        .map(|reference| reference.repository().to_string());
    let (name, pattern) = match &repository {
        Ok(repository) => (repository.as_str(), repository.as_str()),
        Err(_) => ("this image", "IMAGE"),
    };
    let page = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ask for access to {name} · Pullgate</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1.25rem; }}
h1 {{ font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }}
code, pre {{ font: .9rem/1.5 ui-monospace, monospace; }}
pre {{ padding: .75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>How to get access to {name}</h1>
<p>Your organization's policy does not let you pull this image. To see which
rule decides, and why:</p>
<pre>pullgate explain {pattern}</pre>
<p>Send an owner of your organization the line that your client printed, and say
what you need the image for. On the server, the image is allowed until a date by</p>
<pre>pullgate exception add ORGANIZATION {pattern} \
  --until DATE --reason "WHY"</pre>
<p>or for good by</p>
<pre>pullgate policy allow ORGANIZATION {pattern}</pre>
<p>It holds from your next pull on.</p>
</body>
</html>
"#
    );
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page))
}
