//! Forgetting decisions that are older than a site keeps them.
//!
//! A few are deleted at a time, each few in a short transaction of its own,
//! with a pause after it: whoever records decisions meanwhile hardly waits.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pullgate_store::{Store, StoreError};

use crate::door::Clock;

/// How many rows are deleted at a time.
const AT_A_TIME: u32 = 1_000;

/// The pause after that.
const PAUSE: Duration = Duration::from_millis(100);

/// How often is looked for what has become too old.
const LOOK: Duration = Duration::from_mins(10);

/// Forgets what is older than a set time.
pub struct Retention {
    store: Store,
    clock: Clock,
    keep_for: SignedDuration,
}

impl std::fmt::Debug for Retention {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Retention")
            .field("keep_for", &self.keep_for)
            .finish_non_exhaustive()
    }
}

impl Retention {
    /// Keeps decisions for that long.
    pub fn new(store: Store, clock: Clock, keep_for: Duration) -> Self {
        Self {
            store,
            clock,
            keep_for: SignedDuration::try_from(keep_for).unwrap_or(SignedDuration::MAX),
        }
    }

    /// Forgets what is too old for as long as it runs.
    pub async fn run(&self) {
        loop {
            match self.forget().await {
                Ok(0) => {}
                Ok(forgotten) => tracing::info!(forgotten, "forgot decisions that were too old"),
                Err(error) => {
                    tracing::warn!(%error, "decisions that are too old could not be forgotten yet");
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Forgets all that is too old now, and returns how many rows that were.
    pub async fn forget(&self) -> Result<u64, StoreError> {
        let now = (self.clock)();
        // Older than the calendar is nothing.
        let before = now.checked_sub(self.keep_for).unwrap_or(Timestamp::MIN);
        let mut forgotten = 0;
        loop {
            let gone = self.store.forget_decisions(before, AT_A_TIME).await?;
            forgotten += gone;
            if gone < u64::from(AT_A_TIME) {
                return Ok(forgotten);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
