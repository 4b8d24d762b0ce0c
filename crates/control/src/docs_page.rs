//! The description of the API as a page to read, written from the document
//! that describes it: no script, nothing from elsewhere, and nothing in it
//! that is not escaped, for [`markup::Markup`] takes nothing else.

mod markup;
mod operations;
mod prose;
mod types;

use std::sync::Arc;

use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use serde_json::Value;

use markup::Markup;

/// The page has its own style and nothing else, and stands in no frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'",
);

/// How one signs in from a shell.
const SIGN_IN: &str = r#"token=$(curl -s https://PULLGATE/v2/users/login \
  --json '{"username":"olga","password":"…"}' | jq -r .token)
curl -s https://PULLGATE/v2/user/ -H "Authorization: Bearer $token""#;

/// The page, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct DocsPage(Arc<str>);

impl DocsPage {
    /// Writes the page of this document.
    pub(crate) fn new(document: &Value) -> Self {
        let mut page = Markup::default();
        let subjects = operations::by_subject(document);
        page.html("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.html("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.html("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
        page.text(text(&document["info"]["title"]));
        page.html(" API</title>\n<style>");
        page.html(include_str!("docs_page/style.css"));
        page.html("</style>\n</head>\n<body>\n");
        contents(&mut page, &subjects);
        page.html("<main>\n<header><h1>");
        page.text(text(&document["info"]["title"]));
        page.html(" API</h1><p class=version>Version ");
        page.text(text(&document["info"]["version"]));
        page.html(" · <a href=\"/openapi.json\">openapi.json</a> (OpenAPI ");
        page.text(text(&document["openapi"]));
        page.html(")</p></header>\n");
        prose::write(&mut page, text(&document["info"]["description"]));
        page.html("<h2 id=\"sign-in\">Signing in with curl</h2>\n<pre>");
        page.text(SIGN_IN);
        page.html("</pre>\n");
        operations::write_refusals(&mut page, document);
        for subject in &subjects {
            operations::write(&mut page, document, subject);
        }
        types::write_all(&mut page, document);
        page.html("</main>\n</body>\n</html>\n");
        Self(page.finish().into())
    }
}

impl IntoResponse for DocsPage {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        (headers, Html(self.0.to_string())).into_response()
    }
}

fn contents(page: &mut Markup, subjects: &[operations::Subject<'_>]) {
    page.html("<nav aria-label=\"Contents\">\n<ul>\n<li><a href=\"#sign-in\">Signing in with curl</a></li>\n");
    page.html("<li><a href=\"#refusals\">When a request is refused</a></li>\n");
    for subject in subjects {
        page.html("<li><a href=\"#");
        page.text(subject.name);
        page.html("\">");
        page.text(subject.title);
        page.html("</a>\n<ul>\n");
        for operation in &subject.operations {
            page.html("<li><a href=\"#");
            page.text(operation.id());
            page.html("\">");
            page.text(operation.summary());
            page.html("</a></li>\n");
        }
        page.html("</ul></li>\n");
    }
    page.html("<li><a href=\"#types\">Types</a></li>\n</ul>\n</nav>\n");
}

/// The text of a value; nothing if it is none.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
