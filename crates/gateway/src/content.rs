//! Where content comes from: the cache, and the upstream behind it.
//!
//! Nothing here asks whether somebody may have it; that was asked before a
//! [`Place`] came to be. Everything is looked up under the place's holder, so
//! content that another repository brought into the cache does not exist here
//! until this repository's own upstream has confirmed it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use pullgate_cache::{Blob, BlobSource, Cache, FillError, Holder, Manifest, TagEntry};
use pullgate_reference::{Digest, Tag, Target};
use pullgate_upstream::{FetchedManifest, UpstreamError};

use crate::flight::Flights;
use crate::place::Place;
use crate::resting::Resting;

/// The way to content.
pub(crate) struct Content {
    store: Stored,
    manifests: Flights<(Holder, Target), Result<Manifest, UpstreamError>>,
}

/// What a flight needs to bring content home on its own.
#[derive(Clone)]
struct Stored {
    cache: Cache,
    tag_fresh_for: Duration,
    resting: Arc<Resting>,
}

/// Why there is no content.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ContentError {
    /// The upstream did not give it.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// A blob could not be brought into the cache.
    #[error(transparent)]
    Fill(FillError),
    /// Whoever was asking for it failed unexpectedly.
    #[error("the request for it failed unexpectedly; try again")]
    Lost,
}

impl From<FillError> for ContentError {
    fn from(error: FillError) -> Self {
        match error.source_as::<UpstreamError>() {
            Some(upstream) => Self::Upstream(upstream.clone()),
            None => Self::Fill(error),
        }
    }
}

impl Content {
    pub(crate) fn new(cache: Cache, tag_fresh_for: Duration) -> Self {
        Self {
            store: Stored {
                cache,
                tag_fresh_for,
                resting: Arc::default(),
            },
            manifests: Flights::new(),
        }
    }

    /// A manifest by tag or digest.
    pub(crate) async fn manifest(
        &self,
        place: &Place,
        target: &Target,
    ) -> Result<Manifest, ContentError> {
        if let Some(manifest) = self.store.at_hand(&place.holder, target).await {
            return Ok(manifest);
        }
        let key = (place.holder.clone(), target.clone());
        let (store, place, target) = (self.store.clone(), place.clone(), target.clone());
        let ask = || async move { store.fetch(&place, &target).await }.boxed();
        match self.manifests.join(key, ask).await {
            Some(found) => Ok(found?),
            None => Err(ContentError::Lost),
        }
    }

    /// A blob that is in the cache, for whatever part of it.
    pub(crate) async fn blob_at_hand(&self, place: &Place, digest: &Digest) -> Option<Blob> {
        self.store.cache.blob(&place.holder, digest).await
    }

    /// A blob, fetched if need be: it can be read while it arrives.
    pub(crate) async fn blob(&self, place: &Place, digest: &Digest) -> Result<Blob, ContentError> {
        if let Some(blob) = self.blob_at_hand(place, digest).await {
            return Ok(blob);
        }
        let source = {
            let (place, digest) = (place.clone(), digest.clone());
            move || async move {
                let blob = place
                    .upstream
                    .blob(place.repository(), &digest, &place.credentials)
                    .await?;
                Ok::<_, UpstreamError>(BlobSource::new(blob.size, blob.stream))
            }
        };
        Ok(self.store.cache.fill(&place.holder, digest, source).await?)
    }

    /// The size of a blob, without fetching it.
    pub(crate) async fn blob_size(
        &self,
        place: &Place,
        digest: &Digest,
    ) -> Result<u64, ContentError> {
        if let Some(blob) = self.blob_at_hand(place, digest).await {
            return Ok(blob.size());
        }
        let head = place
            .upstream
            .head_blob(place.repository(), digest, &place.credentials)
            .await?;
        match head.size {
            Some(size) => {
                self.store.cache.confirm(&place.holder, digest, size).await;
                Ok(size)
            }
            // An upstream that does not say is asked for all of it.
            None => Ok(self.blob(place, digest).await?.size()),
        }
    }
}

impl Stored {
    /// A manifest that can be served without asking anybody.
    async fn at_hand(&self, holder: &Holder, target: &Target) -> Option<Manifest> {
        match target {
            Target::Digest(digest) => self.cache.manifest(holder, digest).await,
            Target::Tag(tag) => {
                let entry = self.cache.tag(holder, tag).await?;
                if !self.is_fresh(&entry) {
                    return None;
                }
                self.cache.manifest(holder, &entry.digest).await
            }
        }
    }

    fn is_fresh(&self, entry: &TagEntry) -> bool {
        let age = Timestamp::now().duration_since(entry.checked_at);
        // An entry from the future is a clock that was set back: ask again.
        Duration::try_from(age).is_ok_and(|age| age < self.tag_fresh_for)
    }

    async fn fetch(&self, place: &Place, target: &Target) -> Result<Manifest, UpstreamError> {
        match target {
            Target::Digest(_) => self.get(place, target).await,
            Target::Tag(tag) => self.resolve(place, tag).await,
        }
    }

    /// Asks the upstream what a tag names. While the upstream is away or wants
    /// fewer requests, what the tag named before is served on.
    async fn resolve(&self, place: &Place, tag: &Tag) -> Result<Manifest, UpstreamError> {
        let known = self.known(place, tag).await;
        if let Some(manifest) = &known
            && self.resting.rests(place.repository().registry())
        {
            return Ok(manifest.clone());
        }
        let answer = match &known {
            Some(manifest) => self.revalidate(place, tag, manifest).await,
            None => self.get(place, &Target::Tag(tag.clone())).await,
        };
        match (answer, known) {
            (Ok(manifest), _) => {
                self.remember(place, tag, &manifest).await;
                Ok(manifest)
            }
            (
                Err(
                    error @ (UpstreamError::Unavailable { .. }
                    | UpstreamError::TooManyRequests { .. }),
                ),
                Some(manifest),
            ) => {
                tracing::warn!(
                    repository = %place.repository(),
                    %tag,
                    digest = %manifest.digest,
                    %error,
                    "serving what the tag named before"
                );
                let registry = place.repository().registry();
                self.resting.rest(registry, wish(&error));
                Ok(manifest)
            }
            (Err(error @ (UpstreamError::NotFound | UpstreamError::Denied)), Some(_)) => {
                self.forget(place, tag).await;
                Err(error)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// What the tag named when the upstream was last asked.
    async fn known(&self, place: &Place, tag: &Tag) -> Option<Manifest> {
        let entry = self.cache.tag(&place.holder, tag).await?;
        self.cache.manifest(&place.holder, &entry.digest).await
    }

    /// Asks for the tag's digest alone, and for the manifest only if it is
    /// another one.
    async fn revalidate(
        &self,
        place: &Place,
        tag: &Tag,
        known: &Manifest,
    ) -> Result<Manifest, UpstreamError> {
        let target = Target::Tag(tag.clone());
        let head = place
            .upstream
            .head_manifest(place.repository(), &target, &place.credentials)
            .await?;
        if head.digest == known.digest {
            return Ok(known.clone());
        }
        let moved = Target::Digest(head.digest);
        if let Some(manifest) = self.at_hand(&place.holder, &moved).await {
            return Ok(manifest);
        }
        self.get(place, &moved).await
    }

    async fn get(&self, place: &Place, target: &Target) -> Result<Manifest, UpstreamError> {
        let fetched = place
            .upstream
            .manifest(place.repository(), target, &place.credentials)
            .await?;
        Ok(self.keep(place, fetched).await)
    }

    /// Keeps a manifest. It can be served although the disk does not take it.
    async fn keep(&self, place: &Place, fetched: FetchedManifest) -> Manifest {
        let manifest = Manifest {
            media_type: Arc::from(fetched.inspected.media_type.as_str()),
            digest: fetched.digest,
            bytes: fetched.bytes,
        };
        let kept = self
            .cache
            .put_manifest(&place.holder, manifest.clone())
            .await;
        if let Err(error) = kept {
            tracing::error!(%error, repository = %place.repository(), "a manifest could not be kept");
        }
        manifest
    }

    /// What was withdrawn must not come back when the upstream is away.
    async fn forget(&self, place: &Place, tag: &Tag) {
        if let Err(error) = self.cache.remove_tag(&place.holder, tag).await {
            tracing::error!(%error, repository = %place.repository(), %tag, "a tag could not be forgotten");
        }
    }

    async fn remember(&self, place: &Place, tag: &Tag, manifest: &Manifest) {
        let entry = TagEntry {
            digest: manifest.digest.clone(),
            media_type: Arc::clone(&manifest.media_type),
            size: manifest.bytes.len() as u64,
            checked_at: Timestamp::now(),
        };
        if let Err(error) = self.cache.set_tag(&place.holder, tag, entry).await {
            tracing::error!(%error, repository = %place.repository(), %tag, "a tag could not be kept");
        }
    }
}

/// How long an upstream asks to be left alone.
fn wish(error: &UpstreamError) -> Option<Duration> {
    match error {
        UpstreamError::TooManyRequests { retry_after } => *retry_after,
        _ => None,
    }
}
