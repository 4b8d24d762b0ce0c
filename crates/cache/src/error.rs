use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pullgate_reference::Digest;

/// Why something could not be kept. The cache itself stays usable.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CacheError {
    /// The disk is full, or refused, or is broken.
    #[error("the cache could not {doing} {}: {cause}", path.display())]
    Disk {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: Arc<io::Error>,
    },
    /// Bytes do not have the digest they were given as; nothing was kept.
    #[error("what was given as {expected} has the digest {actual} and was refused")]
    Digest {
        /// What they were given as.
        expected: Digest,
        /// What they are.
        actual: String,
    },
}

impl CacheError {
    pub(crate) fn disk(doing: &'static str, path: &Path, cause: io::Error) -> Self {
        Self::Disk {
            doing,
            path: path.to_owned(),
            cause: Arc::new(cause),
        }
    }
}

/// Why a blob could not be fetched. Everyone who waited for it is told the
/// same, and nothing of it was kept; the next who asks begins anew.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FillError {
    /// The source could not be opened: the error that the caller's own source
    /// returned, to be looked at with [`FillError::source_as`].
    #[error("the upstream did not serve the blob: {0}")]
    Source(#[source] Arc<dyn Error + Send + Sync>),
    /// The source broke off.
    #[error("the upstream broke off: {0}")]
    Interrupted(#[source] Arc<io::Error>),
    /// The source sent nothing for longer than
    /// [`Settings::stall_limit`](crate::Settings::stall_limit).
    #[error("the upstream sent nothing for {} seconds", .0.as_secs_f32())]
    Stalled(Duration),
    /// The source sent fewer or more bytes than it had announced.
    #[error("the upstream announced {announced} bytes of {digest} and sent {received}")]
    Length {
        /// Which blob.
        digest: Digest,
        /// How many bytes were announced.
        announced: u64,
        /// How many came. When too many came, how many there were when it
        /// was noticed.
        received: u64,
    },
    /// What came is not what was asked for.
    #[error("the upstream sent {actual} when asked for {expected}")]
    Digest {
        /// What was asked for.
        expected: Digest,
        /// What came.
        actual: String,
    },
    /// It could not be written to disk.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The fill was ended before it was done, as happens when the server stops.
    #[error("the blob was not fetched to its end because the server is stopping")]
    Abandoned,
}

impl FillError {
    /// The error of the source that could not be opened, if that is what
    /// failed and it is an `E`.
    pub fn source_as<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Source(error) => error.downcast_ref(),
            _ => None,
        }
    }
}

/// Why an answer was cut short.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The cached file could not be read.
    #[error("the cached blob could not be read: {0}")]
    Disk(#[source] Arc<io::Error>),
    /// The blob was still on its way, and its fill failed.
    #[error(transparent)]
    Fill(#[from] FillError),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Disk(Arc::new(error))
    }
}
