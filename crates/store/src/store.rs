//! The way to everything that is remembered.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::db::Db;
use crate::dialect;
use crate::error::StoreError;
use crate::migrations;
use crate::url::{DatabaseUrl, Place};

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that is remembered. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    clock: Clock,
}

impl Store {
    /// Opens the database, makes it if it is a file that is not there yet, and
    /// brings its tables to this version.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let db = match url.place() {
            Place::Sqlite(file) => {
                dialect::create_sqlite_file(file).await?;
                let options = dialect::sqlite_options(file);
                migrations::migrate_sqlite(&options).await?;
                Db::Sqlite {
                    writer: dialect::sqlite_writer(options.clone()),
                    readers: dialect::sqlite_readers(options),
                }
            }
            Place::Postgres { options, .. } => {
                migrations::migrate_postgres(options).await?;
                Db::Postgres(dialect::postgres((**options).clone()))
            }
        };
        let clock: Clock = Arc::new(Timestamp::now);
        Ok(Self { db, clock })
    }

    /// The same store with another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.generation().await.map(drop)
    }

    /// Ends all connections, after what is under way. Nothing can be read or
    /// changed afterwards, by any clone.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Now, as precisely as times are stored.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        };
        f.debug_tuple("Store").field(&kind).finish()
    }
}
