use std::fs::File;
use std::sync::Arc;

use tokio::sync::watch;

use crate::FillError;

/// How many of the last bytes of an answer wait until the blob is verified.
const HELD_BACK: u64 = 64 << 10;

/// How far a fill is. Readers follow it through a `watch` channel, which
/// keeps only the newest value and loses no wake-up.
pub(crate) struct Progress {
    /// How many bytes are in the file.
    pub(crate) written: u64,
    pub(crate) stage: Stage,
}

#[derive(Clone)]
pub(crate) enum Stage {
    /// The source is being opened.
    Asking,
    /// Bytes are arriving. The size is what the source has announced.
    Receiving { file: Arc<File>, size: Option<u64> },
    /// The digest is right.
    Verified { file: Arc<File>, size: u64 },
    /// Nothing will come of it.
    Failed(FillError),
}

impl Stage {
    /// Whether an answer can be begun (its length is known and it is not
    /// whole from the start), or is known not to come.
    pub(crate) fn is_decided(&self) -> bool {
        match self {
            Self::Asking => false,
            Self::Receiving { size, .. } => size.is_some_and(|size| size > 0),
            Self::Verified { .. } | Self::Failed(_) => true,
        }
    }
}

pub(crate) type Growth = watch::Receiver<Progress>;

/// How far an answer may go for now.
pub(crate) enum Allowed {
    /// Up to here.
    Until(u64),
    /// To its end, for good.
    All,
}

/// How far an answer that reaches to `end` may go for now. Short of its end,
/// always, until the blob is verified.
pub(crate) fn allowed(growth: &mut Growth, end: u64) -> Result<Allowed, FillError> {
    let progress = growth.borrow_and_update();
    match &progress.stage {
        Stage::Verified { .. } => Ok(Allowed::All),
        Stage::Failed(error) => Err(error.clone()),
        Stage::Asking | Stage::Receiving { .. } => Ok(Allowed::Until(
            progress.written.min(end.saturating_sub(HELD_BACK)),
        )),
    }
}

/// Waits until there is something new.
pub(crate) async fn grown(mut growth: Growth) -> Result<Growth, FillError> {
    match growth.changed().await {
        Ok(()) => Ok(growth),
        Err(_) => Err(FillError::Abandoned),
    }
}
