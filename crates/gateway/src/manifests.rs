//! Manifests, by tag and by digest.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Method, StatusCode};
use pullgate_access::Action;
use pullgate_cache::Manifest;
use pullgate_identity::Subject;
use pullgate_reference::{Digest, Repository, Target};

use crate::content::ContentError;
use crate::gateway::{Arrival, Gateway};
use crate::problem::{Code, Problem};
use crate::reply::{Reply, ReplyBody};

impl Gateway {
    pub(crate) async fn manifest(
        &self,
        arrival: &Arrival<'_>,
        subject: &Subject,
        repository: &Repository,
        target: &Target,
    ) -> Result<Reply, Problem> {
        let mut permitted = self
            .permit(arrival, subject, repository, Action::Manifest, Some(target))
            .await?;
        let manifest = self
            .content
            .manifest(&permitted.place, target)
            .await
            .map_err(|error| {
                let what = format!("{repository} has no manifest {target}");
                missing(Code::ManifestUnknown, what, repository, &error)
            })?;
        permitted.checked.found(&manifest.digest);
        Ok(answer(arrival, &manifest))
    }
}

fn answer(arrival: &Arrival<'_>, manifest: &Manifest) -> Reply {
    let mut reply = Reply::new(ReplyBody::empty());
    let headers = reply.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&manifest.media_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    name_content(headers, &manifest.digest);
    if is_held(arrival, &manifest.digest) {
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        return reply;
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(manifest.bytes.len()));
    if *arrival.method != Method::HEAD {
        *reply.body_mut() = ReplyBody::from(manifest.bytes.clone());
    }
    reply
}

/// The headers that say which content an answer has.
pub(crate) fn name_content(headers: &mut http::HeaderMap, digest: &Digest) {
    if let Ok(value) = HeaderValue::from_str(digest.as_str()) {
        headers.insert("docker-content-digest", value);
    }
    if let Ok(value) = HeaderValue::try_from(format!("\"{digest}\"")) {
        headers.insert(ETAG, value);
    }
}

/// Whether the client says that it holds this content already, or wants only
/// to know whether there is any (RFC 9110, 13.1.2).
pub(crate) fn is_held(arrival: &Arrival<'_>, digest: &Digest) -> bool {
    arrival.header(IF_NONE_MATCH).is_some_and(|tags| {
        tags.split(',')
            .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
            .any(|tag| tag == "*" || tag == digest.as_str())
    })
}

/// What a client is told when there is no content to serve. What the upstream
/// refuses to show looks like what it does not have.
pub(crate) fn missing(
    unknown: Code,
    what: String,
    repository: &Repository,
    error: &ContentError,
) -> Problem {
    use pullgate_upstream::UpstreamError as Upstream;

    if let ContentError::Upstream(Upstream::NotFound | Upstream::Denied) = error {
        return Problem::new(unknown, what);
    }
    tracing::warn!(%repository, %error, "content could not be served");
    let registry = repository.registry();
    match error {
        ContentError::Upstream(Upstream::TooManyRequests { retry_after }) => Problem::new(
            Code::TooManyRequests,
            format!("{registry} asks for fewer requests; try again later"),
        )
        .retry_after(*retry_after),
        error => Problem::new(
            Code::Unavailable,
            format!("{repository} could not be fetched from {registry}: {error}"),
        ),
    }
}
