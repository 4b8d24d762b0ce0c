use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use pullgate_reference::Digest;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::disk::{Disk, Unusable};
use crate::files;
use crate::fill::Fills;
use crate::layout::Record;
use crate::memory::Memory;
use crate::reader::Reader;
use crate::usage::Counters;
use crate::{Blob, CacheError, Holder, Settings, Usage};

/// Content-addressed storage of what upstreams have served. Cheap to clone.
///
/// Needs a Tokio runtime with time.
#[derive(Clone)]
pub struct Cache {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) disk: Disk,
    pub(crate) memory: Memory,
    pub(crate) reader: Arc<Reader>,
    pub(crate) fills: Fills,
}

/// That a holder holds a blob: the upstream said so, and the blob was verified.
#[derive(Serialize, Deserialize)]
struct BlobRecord {
    /// The length that was verified.
    size: u64,
}

impl Cache {
    /// Opens the cache in a folder, which is created if need be and must lie
    /// in one file system. Blocks while it removes what killed fills have left
    /// and counts what is there.
    pub fn open(folder: &Path, settings: Settings) -> Result<Self, CacheError> {
        let disk = Disk::open(folder)?;
        let reader = Reader::new(&disk.layout, settings.read_size)?;
        let inner = Inner {
            memory: Memory::new(&settings),
            reader: Arc::new(reader),
            fills: Fills::new(),
            disk,
            settings,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The blob with this digest, if this holder is known to hold it and it is
    /// on disk.
    pub async fn blob(&self, holder: &Holder, digest: &Digest) -> Option<Blob> {
        let found = self.find_blob(holder, digest).await;
        let counters = &self.inner.disk.counters;
        let counter: &AtomicU64 = match found {
            Some(_) => &counters.hits,
            None => &counters.misses,
        };
        Counters::one(counter);
        found
    }

    /// Notes that the upstream has said that this holder holds this digest
    /// with this size (as it does in answer to a `HEAD`), and returns the blob
    /// if it is on disk, having been fetched for another repository of the
    /// same registry through the same view.
    ///
    /// Call it only after the upstream was asked as this holder. What another
    /// registry sent, or another view saw, does not count: there a registry
    /// could claim to hold what it knows no more of than the digest.
    pub async fn confirm(&self, holder: &Holder, digest: &Digest, size: u64) -> Option<Blob> {
        let (holder, digest) = (holder.clone(), digest.clone());
        self.on_disk(move |inner| {
            // An upstream that names another size proves nothing about what is
            // there: it stays.
            if !inner.disk.layout.sent(&holder, &digest).exists() {
                return None;
            }
            let file = inner.disk.open_content(&digest, size).ok()?;
            inner.bind(&holder, &digest, size);
            Some(inner.stored(file, size))
        })
        .await
        .ok()?
    }

    /// Waits until no fill is running, for an orderly stop.
    pub async fn settle(&self) {
        self.inner.fills.settle().await;
    }

    /// What the cache has and does, for metrics.
    pub fn usage(&self) -> Usage {
        self.inner.disk.counters.read()
    }

    pub(crate) async fn find_blob(&self, holder: &Holder, digest: &Digest) -> Option<Blob> {
        let inner = &self.inner;
        if let Some(size) = inner.memory.blobs.get(holder, digest)
            && let Some(file) = inner.reader.open_resident(digest, size)
        {
            return Some(inner.stored(file, size));
        }
        let (holder, digest) = (holder.clone(), digest.clone());
        self.on_disk(move |inner| {
            let size = inner.bound_size(&holder, &digest)?;
            match inner.disk.open_content(&digest, size) {
                Ok(file) => Some(inner.stored(file, size)),
                Err(Unusable::Absent) => None,
                Err(Unusable::Length(found)) => {
                    warn!(%digest, size, found, "a cached blob is damaged and was removed");
                    inner.disk.remove_content(&digest, found);
                    None
                }
            }
        })
        .await
        .ok()?
    }

    /// Does something that waits for the disk.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, CacheError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || act(&inner))
            .await
            .map_err(|error| CacheError::disk("use", &self.inner.disk.layout.blobs, error.into()))
    }
}

impl Inner {
    /// Notes that a holder holds a blob. Failing to write that down costs a
    /// question to the upstream after a restart, and is only reported.
    pub(crate) fn bind(&self, holder: &Holder, digest: &Digest, size: u64) {
        self.memory.blobs.insert(holder, digest, size);
        let path = self.disk.layout.record(holder, Record::Blob, digest);
        if let Err(error) = self.disk.write_record(&path, &BlobRecord { size }) {
            warn!(%error, "that a repository holds a blob could not be noted");
        }
    }

    /// Notes that the holder's registry has sent these bytes, verified.
    pub(crate) fn note_sent(&self, holder: &Holder, digest: &Digest) {
        let path = self.disk.layout.sent(holder, digest);
        if let Err(error) = self.disk.write(&path, b"") {
            warn!(%error, "that a registry has sent a blob could not be noted");
        }
    }

    fn bound_size(&self, holder: &Holder, digest: &Digest) -> Option<u64> {
        let remembered = self.memory.blobs.get(holder, digest);
        if remembered.is_some() {
            return remembered;
        }
        let path = self.disk.layout.record(holder, Record::Blob, digest);
        let BlobRecord { size } = files::read_record(&path)?;
        self.memory.blobs.insert(holder, digest, size);
        Some(size)
    }

    pub(crate) fn stored(&self, file: std::fs::File, size: u64) -> Blob {
        Blob::stored(self.reader.clone(), Arc::new(file), size)
    }
}
