//! Answers too long to be put together before they are sent.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Why an answer broke off. The client sees only that it did.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the answer cannot be put together to its end")]
pub(crate) struct BrokenOff;

/// Where the parts of an answer go, one after the other.
#[derive(Debug)]
pub(crate) struct Parts(Sender<Result<Bytes, BrokenOff>>);

/// Whoever asked has gone away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GoneAway;

impl Parts {
    /// Sends a part, as soon as the one before it was taken.
    pub(crate) async fn send(&self, part: impl Into<Bytes>) -> Result<(), GoneAway> {
        self.0.send(Ok(part.into())).await.map_err(|_| GoneAway)
    }

    /// Ends the answer so that nobody takes it for a whole one.
    pub(crate) async fn break_off(self, why: impl Display) {
        tracing::error!(%why, "an answer broke off");
        // Whoever has gone away notices nothing.
        let _ = self.0.send(Err(BrokenOff)).await;
    }
}

/// A body whose parts are made while it is sent. Whoever makes them waits for
/// the client, and ends with it.
pub(crate) fn streamed<F>(make: impl FnOnce(Parts) -> F) -> Body
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = channel(1);
    tokio::spawn(make(Parts(sender)));
    Body::new(Streamed(receiver))
}

struct Streamed(Receiver<Result<Bytes, BrokenOff>>);

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let part = self.0.poll_recv(context);
        part.map(|part| part.map(|part| part.map(Frame::data)))
    }
}
