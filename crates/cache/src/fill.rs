use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use pullgate_reference::Digest;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::warn;

use crate::cache::Cache;
use crate::growth::{Growth, Progress, Stage};
use crate::intake::Intake;
use crate::partial::{Partial, VerifiedFile};
use crate::usage::Counters;
use crate::{Blob, CacheError, FillError, Holder};

/// A blob as it comes from an upstream that has said that it holds it.
pub struct BlobSource {
    size: Option<u64>,
    stream: BoxStream<'static, io::Result<Bytes>>,
}

impl BlobSource {
    /// `size` is what the upstream announced, or what the manifest that names
    /// the blob says. Without it nobody can be told a length, so everyone
    /// waits for the end.
    pub fn new(
        size: Option<u64>,
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        Self {
            size,
            stream: stream.boxed(),
        }
    }
}

impl Cache {
    /// A blob that is not there yet: fetches it, and returns it as soon as the
    /// source has said how long it is. It is then read as it arrives.
    ///
    /// Whoever asks for the same digest under the same holder meanwhile joins,
    /// and their `source` is not used. The fill does not end when those who
    /// wait for it go away. Requests under another holder have a fill of their
    /// own, because their upstream has to confirm that it holds the blob: that
    /// `source` returned `Ok` is taken as that. If the content turns out to be
    /// there already, the stream is dropped unread.
    pub async fn fill<F, Fut, E>(
        &self,
        holder: &Holder,
        digest: &Digest,
        source: F,
    ) -> Result<Blob, FillError>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<BlobSource, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let key = (holder.clone(), digest.clone());
        let counters = &self.inner.disk.counters;
        let growth = match self.inner.fills.join_or_begin(&key) {
            Place::Joined(growth) => {
                Counters::one(&counters.joins);
                growth
            }
            Place::Begun(progress, growth) => {
                Counters::one(&counters.fills);
                let ticket = Ticket {
                    cache: self.clone(),
                    key,
                    progress,
                    place: Held::Yes,
                };
                tokio::spawn(ticket.run(source));
                growth
            }
        };
        Blob::arriving(self.inner.reader.clone(), growth).await
    }
}

type Key = (Holder, Digest);

/// The fills that are running.
pub(crate) struct Fills {
    running: Mutex<HashMap<Key, Growth>>,
    count: watch::Sender<usize>,
}

enum Place {
    Joined(Growth),
    Begun(watch::Sender<Progress>, Growth),
}

impl Fills {
    pub(crate) fn new() -> Self {
        Self {
            running: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }

    pub(crate) async fn settle(&self) {
        // It ends only with the sender, which lives as long as this.
        let _ = self.count.subscribe().wait_for(|&count| count == 0).await;
    }

    fn join_or_begin(&self, key: &Key) -> Place {
        let mut running = self.lock();
        if let Some(growth) = running.get(key) {
            return Place::Joined(growth.clone());
        }
        let (progress, growth) = watch::channel(Progress {
            written: 0,
            stage: Stage::Asking,
        });
        running.insert(key.clone(), growth.clone());
        self.count.send_replace(running.len());
        Place::Begun(progress, growth)
    }

    fn remove(&self, key: &Key) {
        let mut running = self.lock();
        running.remove(key);
        self.count.send_replace(running.len());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Growth>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running fill. Its place among the running ones is free again when this
/// is dropped, whatever became of it.
struct Ticket {
    cache: Cache,
    key: Key,
    progress: watch::Sender<Progress>,
    place: Held,
}

#[derive(PartialEq)]
enum Held {
    Yes,
    No,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Ticket {
    /// Frees this fill's place, once: the next one there is another's.
    fn leave(&mut self) {
        if std::mem::replace(&mut self.place, Held::No) == Held::Yes {
            self.cache.inner.fills.remove(&self.key);
        }
    }

    async fn run<F, Fut, E>(mut self, source: F)
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<BlobSource, E>>,
        E: Error + Send + Sync + 'static,
    {
        match self.fetch(source).await {
            Ok(Fetched::There) => {}
            Ok(Fetched::New(blob)) => self.keep(blob).await,
            Err(error) => {
                Counters::one(&self.cache.inner.disk.counters.failed_fills);
                // Who asks again after reading this begins anew.
                self.leave();
                self.enter(Stage::Failed(error));
            }
        }
    }

    async fn fetch<F, Fut, E>(&self, source: F) -> Result<Fetched, FillError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<BlobSource, E>>,
        E: Error + Send + Sync + 'static,
    {
        let (holder, digest) = &self.key;
        // A fill may have ended between the caller's miss and this one's start.
        if let Some(blob) = self.cache.find_blob(holder, digest).await {
            self.arrived(&blob);
            return Ok(Fetched::There);
        }

        let stall_limit = self.cache.inner.settings.stall_limit;
        let BlobSource { size, stream } = timeout(stall_limit, source())
            .await
            .map_err(|_| FillError::Stalled(stall_limit))?
            .map_err(|error| FillError::Source(Arc::new(error)))?;

        // Another repository of this registry may have brought it, and now this
        // one has it as well.
        if let Some(size) = size
            && let Some(blob) = self.cache.confirm(holder, digest, size).await
        {
            self.arrived(&blob);
            return Ok(Fetched::There);
        }

        let for_disk = digest.clone();
        let partial = self
            .cache
            .on_disk(move |inner| Partial::create(&inner.disk.layout, &for_disk, size))
            .await??;
        self.enter(Stage::Receiving {
            file: partial.file().clone(),
            size,
        });
        let intake = Intake::new(digest, stream, size, stall_limit);
        let blob = intake.take_in(partial, &self.progress).await?.verify()?;
        // Readers can have their last bytes now; keeping it is for the others.
        self.enter(Stage::Verified {
            file: blob.file().clone(),
            size: blob.size,
        });
        Ok(Fetched::New(blob))
    }

    async fn keep(&self, blob: VerifiedFile) {
        let (holder, digest) = self.key.clone();
        let kept = self.cache.on_disk(move |inner| {
            let size = blob.size;
            blob.keep(&inner.disk)?;
            inner.note_sent(&holder, &digest);
            inner.bind(&holder, &digest, size);
            Ok::<_, CacheError>(())
        });
        if let Err(error) = kept.await.flatten() {
            warn!(%error, "a verified blob was served and could not be kept");
        }
    }

    fn arrived(&self, blob: &Blob) {
        self.enter(Stage::Verified {
            file: blob.file().clone(),
            size: blob.size(),
        });
    }

    fn enter(&self, stage: Stage) {
        self.progress.send_modify(|progress| progress.stage = stage);
    }
}

enum Fetched {
    /// It was there already.
    There,
    New(VerifiedFile),
}
