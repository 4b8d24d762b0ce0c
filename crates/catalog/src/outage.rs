//! Whether Docker Hub answers at all.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};

/// How many questions in a row are left unanswered before nothing is asked any
/// more. One can be bad luck, and it would deny first pulls from everybody.
const UNANSWERED_IN_A_ROW: u32 = 2;

/// Until when Docker Hub is left in peace.
#[derive(Default)]
pub(crate) struct Outage {
    /// In milliseconds since 1970.
    until: AtomicI64,
    unanswered: AtomicU32,
}

impl Outage {
    /// Whether Docker Hub is not to be asked now. `longest` bounds how far
    /// ahead an end can be: one further away was set by a clock that has since
    /// been turned back.
    pub(crate) fn lasts(&self, now: Timestamp, longest: SignedDuration) -> bool {
        let left = self.until.load(Ordering::Relaxed) - now.as_millisecond();
        left > 0 && i128::from(left) <= longest.as_millis()
    }

    /// Docker Hub has answered, be it with an error.
    pub(crate) fn answered(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
    }

    /// A question was left unanswered.
    pub(crate) fn unanswered(&self, retry_at: Timestamp) {
        let in_a_row = self
            .unanswered
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        if in_a_row >= UNANSWERED_IN_A_ROW {
            self.begin(retry_at);
        }
    }

    /// Docker Hub has asked to be left in peace.
    pub(crate) fn begin(&self, until: Timestamp) {
        self.until.store(until.as_millisecond(), Ordering::Relaxed);
    }
}
