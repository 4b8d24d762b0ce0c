use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use pullgate_reference::{Digest, Repository, Target};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::exchange::Request;
use crate::fetch::MANIFEST_LIMIT;
use crate::manifest::{INDEX_TYPE, inspect};
use crate::tags::next_query;
use crate::unique_json;
use crate::upstream::Upstream;

/// The manifests whose subject is a given one: signatures, attestations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrers {
    /// An OCI image index, written anew from the upstream's pages. To be served
    /// as `application/vnd.oci.image.index.v1+json`.
    pub index: Bytes,
}

/// How many pages are put together.
const PAGES: usize = 16;

impl Upstream {
    /// Lists the referrers of a manifest; with `artifact_type`, those of that
    /// type alone. Where the upstream has no such list, the index under the tag
    /// that the specification falls back to is taken, and where that does not
    /// exist either, there are none.
    pub async fn referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
        artifact_type: Option<&str>,
        credentials: &Credentials,
    ) -> Result<Referrers, UpstreamError> {
        let mut all = match self
            .listed(repository, digest, artifact_type, credentials)
            .await
        {
            Err(UpstreamError::NotFound) => {
                self.under_the_fallback_tag(repository, digest, credentials)
                    .await?
            }
            other => other?,
        };
        if let Some(wanted) = artifact_type {
            // An upstream need not filter, and one that does loses nothing by
            // being filtered again.
            all.retain(|one| one.get("artifactType").and_then(Value::as_str) == Some(wanted));
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": all});
        Ok(Referrers {
            index: Bytes::from(index.to_string()),
        })
    }

    async fn listed(
        &self,
        repository: &Repository,
        digest: &Digest,
        artifact_type: Option<&str>,
        credentials: &Credentials,
    ) -> Result<Vec<Value>, UpstreamError> {
        let mut url = self.address(repository, format_args!("referrers/{digest}"))?;
        if let Some(artifact_type) = artifact_type {
            url.query_pairs_mut()
                .append_pair("artifactType", artifact_type);
        }
        let mut all = Vec::new();
        let mut left = MANIFEST_LIMIT;
        for _ in 0..PAGES {
            let mut request = Request::get(url.clone());
            request
                .headers
                .insert(ACCEPT, HeaderValue::from_static(INDEX_TYPE));
            let answer = self.answer(&request, repository, credentials).await?;
            let next = next_query(&url, answer.headers());
            let (manifests, size) = page(answer, left).await?;
            all.extend(manifests);
            left -= size;
            match next {
                Some(next) if next.query() != url.query() => url.set_query(next.query()),
                _ => return Ok(all),
            }
        }
        Err(UpstreamError::invalid(format!(
            "its list of referrers has more than {PAGES} pages"
        )))
    }

    /// `sha256-<hex>`, as the distribution specification names the tag in
    /// "Referrers Tag Schema".
    async fn under_the_fallback_tag(
        &self,
        repository: &Repository,
        digest: &Digest,
        credentials: &Credentials,
    ) -> Result<Vec<Value>, UpstreamError> {
        let tag = digest.as_str().replacen(':', "-", 1);
        // A tag has 128 characters at most, so a longer digest has no such tag.
        let Ok(tag) = tag.parse() else {
            return Ok(Vec::new());
        };
        let target = Target::Tag(tag);
        match self.manifest(repository, &target, credentials).await {
            Ok(fetched) if fetched.media_type == INDEX_TYPE => manifests(&fetched.bytes),
            // "If the manifest is not an image index, treat it as missing."
            Ok(_) | Err(UpstreamError::NotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

async fn page(answer: Answer, left: usize) -> Result<(Vec<Value>, usize), UpstreamError> {
    let content_type = answer.header(CONTENT_TYPE).map(str::to_owned);
    let bytes = answer.body(left).await?;
    let inspected = inspect(&bytes, content_type.as_deref())
        .map_err(|error| UpstreamError::invalid(error.to_string()))?;
    if inspected.media_type != INDEX_TYPE {
        return Err(UpstreamError::invalid(
            "its list of referrers is not an OCI image index",
        ));
    }
    Ok((manifests(&bytes)?, bytes.len()))
}

/// The entries of an index that was inspected.
fn manifests(bytes: &[u8]) -> Result<Vec<Value>, UpstreamError> {
    let index = unique_json::from_slice(bytes)
        .map_err(|error| UpstreamError::invalid(error.to_string()))?;
    Ok(match index {
        Value::Object(mut index) => match index.remove("manifests") {
            Some(Value::Array(manifests)) => manifests,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    })
}
