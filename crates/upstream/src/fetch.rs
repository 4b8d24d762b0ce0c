use aws_lc_rs::digest::{Algorithm as Hash, SHA256, SHA384, SHA512, digest};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use pullgate_reference::{Algorithm, Digest, Repository, Target};

use crate::answer::Answer;
use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::exchange::Request;
use crate::manifest::{self, Inspected, inspect};
use crate::upstream::Upstream;

/// The largest manifest that is fetched, in bytes: 4 MiB, as the distribution
/// specification wants registries to accept at least.
pub const MANIFEST_LIMIT: usize = 4 * 1024 * 1024;

/// A manifest that was checked: it has this digest, and can be read in one way
/// only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedManifest {
    /// What it is; the same as `inspected.media_type`.
    pub media_type: String,
    /// The digest of `bytes`. The one asked for, if it was asked for by digest.
    pub digest: Digest,
    /// The manifest as the upstream sent it.
    pub bytes: Bytes,
    /// What it refers to.
    pub inspected: Inspected,
}

/// What an upstream says of a manifest without sending it. Only the manifest
/// itself could prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestHead {
    /// The media type.
    pub media_type: String,
    /// The digest that the name stands for just now.
    pub digest: Digest,
    /// The size in bytes.
    pub size: u64,
}

impl Upstream {
    /// Fetches a manifest by tag or digest.
    pub async fn manifest(
        &self,
        repository: &Repository,
        target: &Target,
        credentials: &Credentials,
    ) -> Result<FetchedManifest, UpstreamError> {
        let request = self.manifest_request(repository, target)?;
        let answer = self.answer(&request, repository, credentials).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Err(UpstreamError::invalid(
                "it answered 304 without being asked",
            ));
        }
        fetched(target, answer).await
    }

    /// Asks which manifest a name stands for, as cheaply as the upstream can
    /// (Docker Hub does not count a `HEAD` as a pull). Where it can not say so
    /// without sending the manifest, the manifest is fetched.
    pub async fn head_manifest(
        &self,
        repository: &Repository,
        target: &Target,
        credentials: &Credentials,
    ) -> Result<ManifestHead, UpstreamError> {
        let mut request = self.manifest_request(repository, target)?;
        request.method = http::Method::HEAD;
        let answer = self.ask(&request, repository, credentials).await?;
        let unsupported = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_IMPLEMENTED];
        if !unsupported.contains(&answer.status())
            && let Some(head) = head(target, &answer.checked(self.now())?)?
        {
            return Ok(head);
        }
        let fetched = self.manifest(repository, target, credentials).await?;
        Ok(ManifestHead {
            media_type: fetched.media_type,
            digest: fetched.digest,
            size: fetched.bytes.len() as u64,
        })
    }

    fn manifest_request(
        &self,
        repository: &Repository,
        target: &Target,
    ) -> Result<Request, UpstreamError> {
        let url = self.address(repository, format_args!("manifests/{target}"))?;
        let mut request = Request::get(url);
        request
            .headers
            .insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
        Ok(request)
    }

    pub(crate) async fn answer(
        &self,
        request: &Request,
        repository: &Repository,
        credentials: &Credentials,
    ) -> Result<Answer, UpstreamError> {
        self.ask(request, repository, credentials)
            .await?
            .checked(self.now())
    }
}

async fn fetched(target: &Target, answer: Answer) -> Result<FetchedManifest, UpstreamError> {
    let claimed = claimed_digest(&answer)?;
    let content_type = answer.header(CONTENT_TYPE).map(str::to_owned);
    let bytes = answer.body(MANIFEST_LIMIT).await?;
    if let Some(claimed) = &claimed
        && !matches(claimed, &bytes)
    {
        return Err(UpstreamError::invalid(
            "the manifest does not have the digest that its header says",
        ));
    }
    let digest = match (target, claimed) {
        (Target::Digest(asked), _) if matches(asked, &bytes) => asked.clone(),
        (Target::Digest(_), _) => {
            return Err(UpstreamError::invalid(
                "the manifest does not have the digest that was asked for",
            ));
        }
        (Target::Tag(_), Some(claimed)) => claimed,
        (Target::Tag(_), None) => sha256(&bytes)?,
    };
    let inspected = inspect(&bytes, content_type.as_deref())
        .map_err(|error| UpstreamError::invalid(error.to_string()))?;
    Ok(FetchedManifest {
        media_type: inspected.media_type.clone(),
        digest,
        bytes,
        inspected,
    })
}

/// `None` where the headers do not say enough.
fn head(target: &Target, answer: &Answer) -> Result<Option<ManifestHead>, UpstreamError> {
    let (Some(digest), Some(media_type), Some(size)) = (
        claimed_digest(answer)?,
        answer.header(CONTENT_TYPE),
        answer.announced_size(),
    ) else {
        return Ok(None);
    };
    if let Target::Digest(asked) = target
        && asked.algorithm() == digest.algorithm()
        && *asked != digest
    {
        return Err(UpstreamError::invalid(
            "the manifest does not have the digest that was asked for",
        ));
    }
    Ok(Some(ManifestHead {
        media_type: media_type.to_owned(),
        digest: match target {
            Target::Digest(asked) => asked.clone(),
            Target::Tag(_) => digest,
        },
        size,
    }))
}

/// The digest in the answer's header, if there is one.
pub(crate) fn claimed_digest(answer: &Answer) -> Result<Option<Digest>, UpstreamError> {
    match answer.headers().get("docker-content-digest") {
        None => Ok(None),
        Some(value) => match value.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(digest) => Ok(Some(digest)),
            None => Err(UpstreamError::invalid("its digest header is not a digest")),
        },
    }
}

fn matches(expected: &Digest, bytes: &[u8]) -> bool {
    let hash: &Hash = match expected.algorithm() {
        Algorithm::Sha256 => &SHA256,
        Algorithm::Sha384 => &SHA384,
        Algorithm::Sha512 => &SHA512,
    };
    hex(digest(hash, bytes).as_ref()) == expected.hex()
}

fn sha256(bytes: &[u8]) -> Result<Digest, UpstreamError> {
    format!("sha256:{}", hex(digest(&SHA256, bytes).as_ref()))
        .parse()
        .map_err(|_| UpstreamError::invalid("the manifest has no digest"))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
