//! A body that a person may have written: YAML or JSON, read by the services.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::problem::Problem;

/// The largest of them, in bytes: a policy with tens of thousands of entries.
pub(crate) const LARGEST: usize = 2 * 1024 * 1024;

/// What YAML is called, since RFC 9512.
pub(crate) const YAML: &str = "application/yaml";

/// A body that is YAML or JSON, as it came.
#[derive(Debug)]
pub(crate) struct Document(pub(crate) String);

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !is_document(kind) {
            return Err(Problem::bad_request(format!(
                "a body of the kind {kind:?} is not read here; send {YAML} or application/json, and say so in Content-Type"
            )));
        }
        match String::from_request(request, state).await {
            Ok(text) => Ok(Self(text)),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::too_large(error.body_text()))
            }
            Err(error) => Err(Problem::bad_request(error.body_text())),
        }
    }
}

/// Whether a content type is one of YAML's names, or JSON's.
fn is_document(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let Some((class, name)) = kind.split_once('/') else {
        return false;
    };
    let is = |wanted: &str| name == wanted || name.ends_with(&format!("+{wanted}"));
    matches!(class, "application" | "text") && (is("yaml") || is("x-yaml") || is("json"))
}

#[cfg(test)]
mod tests {
    use super::is_document;

    #[test]
    fn yaml_and_json_go_by_many_names() {
        for kind in [
            "application/yaml",
            "application/json; charset=utf-8",
            "text/x-yaml",
            "Application/YAML",
            "application/vnd.acme+json",
        ] {
            assert!(is_document(kind), "{kind}");
        }
        for kind in [
            "",
            "text/plain",
            "application/xml",
            "yaml",
            "image/json",
            "application/jsonx",
        ] {
            assert!(!is_document(kind), "{kind}");
        }
    }
}
