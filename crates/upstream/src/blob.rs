use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use http::{Method, StatusCode};
use pullgate_reference::{Digest, Repository};

use crate::answer::{Answer, broken};
use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::exchange::{Request, Size};
use crate::fetch::claimed_digest;
use crate::upstream::Upstream;

/// A blob as it comes from the upstream. Its digest is not checked here: who
/// writes it down checks it, and nobody serves it before.
pub struct BlobStream {
    /// The size in bytes, if the upstream announces it. An answer that ends
    /// before it ends with an error.
    pub size: Option<u64>,
    /// The bytes. An error's inner error is an [`UpstreamError`].
    pub stream: BoxStream<'static, io::Result<Bytes>>,
}

impl fmt::Debug for BlobStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobStream")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// That the repository has a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobHead {
    /// The size in bytes, if the upstream announces it.
    pub size: Option<u64>,
}

impl Upstream {
    /// Fetches a blob, wherever the upstream redirects to for it.
    pub async fn blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        credentials: &Credentials,
    ) -> Result<BlobStream, UpstreamError> {
        let url = self.address(repository, format_args!("blobs/{digest}"))?;
        let request = Request::new(Method::GET, url, Size::Streamed);
        let answer = self.answer(&request, repository, credentials).await?;
        check(digest, &answer)?;
        let size = answer.announced_size();
        let stream = answer
            .into_response()
            .bytes_stream()
            .map_err(|error| io::Error::other(broken(error)))
            .boxed();
        Ok(BlobStream { size, stream })
    }

    /// Asks whether the repository has a blob, without fetching it.
    pub async fn head_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        credentials: &Credentials,
    ) -> Result<BlobHead, UpstreamError> {
        let url = self.address(repository, format_args!("blobs/{digest}"))?;
        let answer = self
            .ask(&Request::head(url), repository, credentials)
            .await?;
        let unsupported = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_IMPLEMENTED];
        if unsupported.contains(&answer.status()) {
            let BlobStream { size, .. } = self.blob(repository, digest, credentials).await?;
            return Ok(BlobHead { size });
        }
        let answer = answer.checked(self.now())?;
        check(digest, &answer)?;
        Ok(BlobHead {
            size: answer.announced_size(),
        })
    }
}

fn check(digest: &Digest, answer: &Answer) -> Result<(), UpstreamError> {
    if answer.status() != StatusCode::OK {
        return Err(UpstreamError::invalid(
            "it answered 304 without being asked",
        ));
    }
    match claimed_digest(answer)? {
        Some(claimed) if claimed.algorithm() == digest.algorithm() && claimed != *digest => Err(
            UpstreamError::invalid("the blob does not have the digest that was asked for"),
        ),
        _ => Ok(()),
    }
}
