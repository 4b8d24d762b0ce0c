//! The page that the link in a denial leads to.
//!
//! It says how to get access: plain words that need no sign-in, for it tells
//! nothing but what was already in the link and where the server is.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse};
use http::header::CONTENT_SECURITY_POLICY;
use pullgate_reference::Reference;
use serde::Deserialize;

use crate::api::Shared;

/// The page needs its own style and nothing else, and stands in no frame.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'none'";

#[derive(Deserialize)]
pub(crate) struct About {
    #[serde(default)]
    image: String,
}

/// `GET /request?image=`.
pub(crate) async fn page(
    State(shared): State<Shared>,
    Query(about): Query<About>,
) -> impl IntoResponse {
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
    // A setting, and in a link of every denial; still, a page is no place for
    // what could be markup.
    let server = shared.console.as_deref().filter(|server| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_~[]%".contains(&byte);
        server.bytes().all(plain)
    });
    let server = server.unwrap_or("SERVER");
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
<p>Your organization's policy does not let you pull this image. Ask its owners
to allow it, and say what you need it for. Sign in once:</p>
<pre>pullgate login {server}</pre>
<p>and ask:</p>
<pre>pullgate request access {pattern} \
  --reason "WHY"</pre>
<p>The owners see your request, and allow the image until a date or tell you why
not. What has become of it:</p>
<pre>pullgate request list</pre>
<p>Which rule decides, and why:</p>
<pre>pullgate explain {pattern}</pre>
<p>Owners answer with <code>pullgate request approve</code> and
<code>pullgate request decline</code>, or allow the image for good with
<code>pullgate policy allow</code>.</p>
<p>What they allow holds from your next pull on.</p>
</body>
</html>
"#
    );
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page))
}
