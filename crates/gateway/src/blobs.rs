//! Blobs: layers, configurations, whatever an artifact holds.

use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pullgate_access::Action;
use pullgate_identity::Subject;
use pullgate_reference::{Digest, Repository, Target};

use crate::content::ContentError;
use crate::gateway::{Arrival, Gateway};
use crate::manifests::{is_held, missing, name_content};
use crate::problem::{Code, Problem};
use crate::range::Wanted;
use crate::reply::{Reply, ReplyBody};

impl Gateway {
    pub(crate) async fn blob(
        &self,
        arrival: &Arrival<'_>,
        subject: &Subject,
        repository: &Repository,
        digest: Digest,
    ) -> Result<Reply, Problem> {
        let target = Target::Digest(digest.clone());
        let permitted = self
            .permit(arrival, subject, repository, Action::Blob, Some(&target))
            .await?;
        let place = &permitted.place;
        let unknown = |error: ContentError| {
            let what = format!("{repository} has no blob {digest}");
            missing(Code::BlobUnknown, what, repository, &error)
        };
        let held = is_held(arrival, &digest);
        if held || *arrival.method == Method::HEAD {
            // Looked for even if the client holds it: it must be a blob of
            // this repository.
            let size = self
                .content
                .blob_size(place, &digest)
                .await
                .map_err(unknown)?;
            let mut reply = Reply::new(ReplyBody::empty());
            if held {
                *reply.status_mut() = StatusCode::NOT_MODIFIED;
                name_content(reply.headers_mut(), &digest);
            } else {
                describe(reply.headers_mut(), &digest, size);
            }
            return Ok(reply);
        }
        let blob = self.content.blob(place, &digest).await.map_err(unknown)?;
        let size = blob.size();
        match wanted(arrival, &digest, size) {
            Wanted::Whole => {
                let mut reply = Reply::new(ReplyBody::Blob(blob.read_all()));
                describe(reply.headers_mut(), &digest, size);
                Ok(reply)
            }
            Wanted::Part(part) => {
                let length = part.end - part.start;
                let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
                let mut reply = Reply::new(ReplyBody::Blob(blob.read(part)));
                *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
                describe(reply.headers_mut(), &digest, length);
                if let Ok(range) = HeaderValue::try_from(range) {
                    reply.headers_mut().insert(CONTENT_RANGE, range);
                }
                Ok(reply)
            }
            Wanted::Unsatisfiable => {
                let problem = Problem::new(
                    Code::RangeInvalid,
                    format!("the range lies outside the blob, which has {size} bytes"),
                );
                Err(match HeaderValue::try_from(format!("bytes */{size}")) {
                    Ok(range) => problem.header(CONTENT_RANGE, range),
                    Err(_) => problem,
                })
            }
        }
    }
}

/// What part is wanted. A range of another content (`If-Range`) is none.
fn wanted(arrival: &Arrival<'_>, digest: &Digest, size: u64) -> Wanted {
    let same = arrival
        .header(IF_RANGE)
        .is_none_or(|tag| tag.trim_matches('"') == digest.as_str());
    Wanted::of(arrival.header(RANGE).filter(|_| same), size)
}

fn describe(headers: &mut HeaderMap, digest: &Digest, length: u64) {
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    name_content(headers, digest);
}
