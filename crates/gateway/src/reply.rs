//! An answer and its body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pullgate_cache::BlobBody;

/// An answer to a client.
pub type Reply = http::Response<ReplyBody>;

/// The body of an answer. Its length is always known, so that a truncated
/// answer is never taken for a complete one.
pub enum ReplyBody {
    /// A small body, in memory.
    Whole(Full<Bytes>),
    /// A blob, or a part of one, from the cache.
    Blob(BlobBody),
}

impl ReplyBody {
    /// No body.
    pub(crate) fn empty() -> Self {
        Self::Whole(Full::default())
    }
}

impl From<Bytes> for ReplyBody {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Blob(body) => Pin::new(body).poll_frame(context).map_err(io::Error::other),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Blob(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Blob(body) => body.size_hint(),
        }
    }
}
