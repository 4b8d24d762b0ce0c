use std::sync::Arc;

use bytes::Bytes;
use pullgate_reference::Digest;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::cache::{Cache, Inner};
use crate::files;
use crate::hash::{self, Mismatch};
use crate::layout::Record;
use crate::{CacheError, Holder};

/// The largest manifest, in bytes, that registries are asked to accept (OCI
/// distribution specification, "Pushing Manifests"). Whoever reads a manifest
/// from an upstream stops there; the cache keeps what it is given.
pub const MANIFEST_LIMIT: usize = 4 << 20;

/// A manifest as an upstream serves it. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What it is served as.
    pub media_type: Arc<str>,
    /// What its bytes hash to.
    pub digest: Digest,
    /// Exactly the bytes that were served.
    pub bytes: Bytes,
}

/// The first line of a manifest's file; the bytes follow.
#[derive(Serialize, Deserialize)]
struct Heading {
    media_type: String,
}

impl Cache {
    /// Keeps a manifest under a holder. Nothing is served for being referred
    /// to by it.
    ///
    /// A manifest whose bytes have another digest is refused. If the disk
    /// fails, the manifest is served from memory for as long as it stays
    /// there, and the error says what was wrong.
    pub async fn put_manifest(
        &self,
        holder: &Holder,
        manifest: Manifest,
    ) -> Result<(), CacheError> {
        let holder = holder.clone();
        self.on_disk(move |inner| inner.put_manifest(&holder, &manifest))
            .await?
    }

    /// The manifest with this digest, if this holder is known to hold it.
    pub async fn manifest(&self, holder: &Holder, digest: &Digest) -> Option<Manifest> {
        let remembered = self.inner.memory.manifests.get(holder, digest);
        if remembered.is_some() {
            return remembered;
        }
        let (holder, digest) = (holder.clone(), digest.clone());
        self.on_disk(move |inner| inner.load_manifest(&holder, &digest))
            .await
            .ok()?
    }
}

impl Inner {
    fn put_manifest(&self, holder: &Holder, manifest: &Manifest) -> Result<(), CacheError> {
        let Manifest {
            media_type,
            digest,
            bytes,
        } = manifest;
        hash::verify(digest, bytes).map_err(CacheError::from)?;
        self.memory
            .manifests
            .insert(holder, digest, manifest.clone());
        let path = self.disk.layout.record(holder, Record::Manifest, digest);
        let heading = Heading {
            media_type: media_type.as_ref().to_owned(),
        };
        let mut file = serde_json::to_vec(&heading)
            .map_err(|error| CacheError::disk("describe", &path, error.into()))?;
        file.push(b'\n');
        file.extend_from_slice(bytes);
        let _guard = self.disk.stripes.lock(&path);
        self.disk.write(&path, &file)
    }

    /// What comes from disk was verified when it was written, and is verified
    /// again: a manifest is small, and what it names is trusted by its digest.
    fn load_manifest(&self, holder: &Holder, digest: &Digest) -> Option<Manifest> {
        let path = self.disk.layout.record(holder, Record::Manifest, digest);
        let _guard = self.disk.stripes.lock(&path);
        let file = Bytes::from(files::read(&path)?);
        let manifest = split(&file).map(|(media_type, bytes)| Manifest {
            media_type,
            digest: digest.clone(),
            bytes,
        });
        match manifest {
            Some(manifest) if hash::verify(digest, &manifest.bytes).is_ok() => {
                self.memory
                    .manifests
                    .insert(holder, digest, manifest.clone());
                Some(manifest)
            }
            _ => {
                warn!(path = %path.display(), "a cached manifest is damaged and was removed");
                let _ = std::fs::remove_file(&path);
                None
            }
        }
    }
}

fn split(file: &Bytes) -> Option<(Arc<str>, Bytes)> {
    let end = file.iter().position(|&byte| byte == b'\n')?;
    let heading: Heading = serde_json::from_slice(&file[..end]).ok()?;
    Some((heading.media_type.into(), file.slice(end + 1..)))
}

impl From<Mismatch> for CacheError {
    fn from(Mismatch { expected, actual }: Mismatch) -> Self {
        Self::Digest { expected, actual }
    }
}
