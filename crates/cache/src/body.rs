use std::fs::File;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use crate::growth::{self, Allowed, Growth};
use crate::reader::Reader;
use crate::{FillError, ReadError};

/// After this many bytes from memory, others get their turn. A connection that
/// is slower than memory pauses anyway.
const TURN: u64 = 4 << 20;

/// A range of a blob on its way to a client, with its exact length. It ends
/// early, with an error, if the blob turns out to be wrong or unreadable.
pub struct BlobBody {
    reader: Arc<Reader>,
    file: Arc<File>,
    offset: u64,
    end: u64,
    /// While the blob is still arriving.
    growth: Option<Growth>,
    waiting: Waiting,
    turn: u64,
    failed: bool,
}

enum Waiting {
    Nothing,
    Disk(JoinHandle<io::Result<Bytes>>),
    Growth(Pin<Box<dyn Future<Output = Result<Growth, FillError>> + Send + Sync>>),
}

impl BlobBody {
    pub(crate) fn new(
        reader: Arc<Reader>,
        file: Arc<File>,
        range: Range<u64>,
        growth: Option<Growth>,
    ) -> Self {
        Self {
            reader,
            file,
            offset: range.start,
            end: range.end,
            growth,
            waiting: Waiting::Nothing,
            turn: 0,
            failed: false,
        }
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, ReadError>> {
        loop {
            match &mut self.waiting {
                Waiting::Nothing => {}
                Waiting::Disk(task) => {
                    let outcome = ready!(Pin::new(task).poll(context));
                    self.waiting = Waiting::Nothing;
                    return Poll::Ready(
                        outcome
                            .map_err(io::Error::from)
                            .flatten()
                            .map_err(Into::into),
                    );
                }
                Waiting::Growth(grown) => {
                    let outcome = ready!(grown.as_mut().poll(context));
                    self.waiting = Waiting::Nothing;
                    self.growth = Some(outcome?);
                }
            }

            let limit = self.limit()?;
            if limit <= self.offset {
                if let Some(growth) = self.growth.take() {
                    self.waiting = Waiting::Growth(Box::pin(growth::grown(growth)));
                }
                continue;
            }
            if self.turn >= TURN {
                self.turn = 0;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let wanted = limit - self.offset;
            match self.reader.read_resident(&self.file, self.offset, wanted)? {
                Some(bytes) => {
                    self.turn += bytes.len() as u64;
                    return Poll::Ready(Ok(bytes));
                }
                None => self.waiting = Waiting::Disk(self.read_on_a_thread(wanted)),
            }
        }
    }

    /// How far may be read now.
    fn limit(&mut self) -> Result<u64, FillError> {
        if let Some(growth) = &mut self.growth {
            match growth::allowed(growth, self.end)? {
                Allowed::Until(limit) => return Ok(limit),
                Allowed::All => self.growth = None,
            }
        }
        Ok(self.end)
    }

    fn read_on_a_thread(&mut self, wanted: u64) -> JoinHandle<io::Result<Bytes>> {
        self.turn = 0;
        let (reader, file, offset) = (self.reader.clone(), self.file.clone(), self.offset);
        tokio::task::spawn_blocking(move || reader.read(&file, offset, wanted))
    }
}

impl Body for BlobBody {
    type Data = Bytes;
    type Error = ReadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReadError>>> {
        let this = self.get_mut();
        if this.failed || this.is_end_stream() {
            return Poll::Ready(None);
        }
        let outcome = ready!(this.poll_bytes(context));
        match &outcome {
            Ok(bytes) => this.offset += bytes.len() as u64,
            Err(_) => this.failed = true,
        }
        Poll::Ready(Some(outcome.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.offset >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.offset)
    }
}
