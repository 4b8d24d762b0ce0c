//! The way to everything that is remembered.

use std::sync::Arc;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::url::DatabaseUrl;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that is remembered. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    clock: Clock,
}

impl Store {
    /// Opens the database, makes it if it is a file that is not there yet, and
    /// brings its tables to this version.
    pub async fn open(_url: &DatabaseUrl) -> Result<Self, StoreError> {
        todo!()
    }

    /// The same store with another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Ends all connections, after what is under way. Nothing can be read or
    /// changed afterwards, by any clone.
    pub async fn close(&self) {
        todo!()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
