use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use pullgate_reference::Digest;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::growth::Progress;
use crate::partial::Partial;
use crate::{CacheError, FillError};

/// How many bytes are gathered, while the disk is busy, before the source has
/// to wait.
const BATCH: u64 = 1 << 20;

/// Takes a stream in: gathers what has arrived while the disk is busy with
/// what arrived before, so that a slow source's bytes are written (and can be
/// read) at once and a fast one's in large pieces.
pub(crate) struct Intake<'a> {
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

impl<'a> Intake<'a> {
    pub(crate) fn new(
        digest: &'a Digest,
        stream: BoxStream<'static, io::Result<Bytes>>,
        announced: Option<u64>,
        stall_limit: Duration,
    ) -> Self {
        Self {
            digest,
            stream,
            stall_limit,
            announced,
            received: 0,
            batch: Vec::new(),
            batched: 0,
            open: true,
        }
    }

    /// Takes in all of it, and says after each piece how much is written.
    pub(crate) async fn take_in(
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
