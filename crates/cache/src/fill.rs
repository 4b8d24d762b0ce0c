use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt};
use pullgate_reference::Digest;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::warn;

use crate::cache::Cache;
use crate::growth::{Growth, Progress, Stage};
use crate::partial::{Partial, VerifiedFile};
use crate::usage::Counters;
use crate::{Blob, CacheError, FillError, Holder};

/// How many bytes are gathered, while the disk is busy, before the source has
/// to wait.
const BATCH: u64 = 1 << 20;

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

        // Another holder may have brought it, and now this one has it as well.
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
        let intake = Intake {
            digest,
            stream,
            stall_limit,
            announced: size,
            received: 0,
            batch: Vec::new(),
            batched: 0,
            open: true,
        };
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

/// Takes a stream in: gathers what has arrived while the disk is busy with
/// what arrived before, so that a slow source's bytes are written (and can be
/// read) at once and a fast one's in large pieces.
struct Intake<'a> {
    digest: &'a Digest,
    stream: BoxStream<'static, io::Result<Bytes>>,
    stall_limit: Duration,
    announced: Option<u64>,
    received: u64,
    batch: Vec<Bytes>,
    batched: u64,
    open: bool,
}

/// Where the file is: here, or with the thread that writes.
struct Desk {
    partial: Option<Partial>,
    writing: Option<JoinHandle<Result<Partial, CacheError>>>,
}

enum Step {
    Taken,
    Done,
}

impl Intake<'_> {
    async fn take_in(
        mut self,
        partial: Partial,
        progress: &watch::Sender<Progress>,
    ) -> Result<Partial, FillError> {
        let mut desk = Desk {
            partial: Some(partial),
            writing: None,
        };
        let outcome = loop {
            match self.step(&mut desk, progress).await {
                Ok(Step::Taken) => {}
                Ok(Step::Done) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        // When this returns an error, the file is gone.
        if let Some(writing) = desk.writing {
            let _ = writing.await;
        }
        outcome?;
        self.check_length()?;
        desk.partial.ok_or(FillError::Abandoned)
    }

    async fn step(
        &mut self,
        desk: &mut Desk,
        progress: &watch::Sender<Progress>,
    ) -> Result<Step, FillError> {
        self.take_what_is_there()?;
        if let Some(writing) = &mut desk.writing {
            tokio::select! {
                written = writing => {
                    desk.writing = None;
                    // The thread panicked, or the runtime is going away.
                    let partial = written.map_err(|_| FillError::Abandoned)??;
                    progress.send_modify(|progress| progress.written = partial.written());
                    desk.partial = Some(partial);
                }
                more = self.wait_for_more(), if self.open && self.batched < BATCH => more?,
            }
        } else if !self.batch.is_empty() {
            let partial = desk.partial.take().ok_or(FillError::Abandoned)?;
            desk.writing = Some(self.write(partial));
        } else if self.open {
            self.wait_for_more().await?;
        } else {
            return Ok(Step::Done);
        }
        Ok(Step::Taken)
    }

    /// Takes from the stream what does not need waiting for.
    fn take_what_is_there(&mut self) -> Result<(), FillError> {
        while self.open && self.batched < BATCH {
            match self.stream.next().now_or_never() {
                Some(item) => self.accept(item)?,
                None => break,
            }
        }
        Ok(())
    }

    async fn wait_for_more(&mut self) -> Result<(), FillError> {
        match timeout(self.stall_limit, self.stream.next()).await {
            Ok(item) => self.accept(item),
            Err(_) => Err(FillError::Stalled(self.stall_limit)),
        }
    }

    fn accept(&mut self, item: Option<io::Result<Bytes>>) -> Result<(), FillError> {
        match item {
            None => self.open = false,
            Some(Err(error)) => return Err(FillError::Interrupted(Arc::new(error))),
            Some(Ok(bytes)) => {
                self.batched += bytes.len() as u64;
                self.received += bytes.len() as u64;
                if self
                    .announced
                    .is_some_and(|announced| self.received > announced)
                {
                    return self.check_length();
                }
                if !bytes.is_empty() {
                    self.batch.push(bytes);
                }
            }
        }
        Ok(())
    }

    fn check_length(&self) -> Result<(), FillError> {
        match self.announced {
            Some(announced) if announced != self.received => Err(FillError::Length {
                digest: self.digest.clone(),
                announced,
                received: self.received,
            }),
            _ => Ok(()),
        }
    }

    fn write(&mut self, mut partial: Partial) -> JoinHandle<Result<Partial, CacheError>> {
        let batch = std::mem::take(&mut self.batch);
        self.batched = 0;
        tokio::task::spawn_blocking(move || {
            partial.write(&batch)?;
            Ok(partial)
        })
    }
}
