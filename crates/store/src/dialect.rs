//! What only one of the two databases has.

use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use crate::error::StoreError;

/// How long one waits for another writer of the SQLite file before the
/// database counts as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one waits for a connection to PostgreSQL before it counts as away.
/// Shorter, for whoever wants to change something is told so only then.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(3);

/// How many read a SQLite file at the same time.
const SQLITE_READERS: u32 = 4;

/// How much of a SQLite file one who reads keeps in memory, in KiB, and how
/// much they sort there.
const SQLITE_MEMORY: &str = "-32768";

/// How many connections one process makes to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;

/// Where PostgreSQL tells of changes.
pub(crate) const CHANNEL: &str = "pullgate_changes";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// SQLite: takes the write lock at once, so that what is read in the
/// transaction is still true when it writes.
pub(crate) const SQLITE_BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// SQLite: all reads see what the first one saw.
pub(crate) const SQLITE_BEGIN_PICTURE: &str = "BEGIN DEFERRED";

/// PostgreSQL: a change is serialised by the row of the generation, after
/// which each of its statements sees what is committed.
pub(crate) const POSTGRES_BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// PostgreSQL: all reads see what the first one saw.
pub(crate) const POSTGRES_BEGIN_PICTURE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

impl Dialect {
    /// What tells all who listen of a change, once it is committed; nothing
    /// where nobody can listen.
    pub(crate) fn announcement(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("NOTIFY pullgate_changes"),
        }
    }

    /// The text of a migration for this database. SQLite can keep a table in
    /// the order of its key, PostgreSQL has no such thing; and where SQLite
    /// numbers rows by itself, PostgreSQL has to be told.
    pub(crate) fn migration(self, text: &'static str) -> String {
        match self {
            Self::Sqlite => text.replace("/* WITHOUT ROWID */", "WITHOUT ROWID"),
            Self::Postgres => text.replace(
                "INTEGER PRIMARY KEY /* NUMBERED */",
                "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            ),
        }
    }

    /// `(…), (…)` for that many rows of that many parameters. SQLite's
    /// parameters have no number here: it looks numbered ones up by their name,
    /// one after the other, which takes longer than writing the rows.
    pub(crate) fn rows(self, rows: usize, columns: usize) -> String {
        let parameter = |number: usize| match self {
            Self::Sqlite => "?".to_owned(),
            Self::Postgres => format!("${number}"),
        };
        let row = |row: usize| {
            let parameters: Vec<_> = (1..=columns)
                .map(|column| parameter(row * columns + column))
                .collect();
            format!("({})", parameters.join(", "))
        };
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }
}

/// PostgreSQL: lets a question that sums up much do it in memory.
pub(crate) const POSTGRES_MORE_MEMORY: &str = "SET LOCAL work_mem = '128MB'";

/// One SQLite connection's settings. The file is in WAL mode, so that nobody
/// who reads waits for who writes.
pub(crate) fn sqlite_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // Safe in WAL mode against everything but losing the last changes
        // when the whole machine loses power.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .row_buffer_size(1_000)
}

/// Makes the file if it is not there, for nobody else to read. SQLite gives
/// the files beside it the same permissions.
pub(crate) async fn create_sqlite_file(file: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    match tokio::fs::OpenOptions::from(options).open(file).await {
        Ok(_) => Ok(()),
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(StoreError::Unavailable {
            why: format!(
                "{} cannot be made: {cause}; make its folder, and let Pullgate write there",
                file.display()
            ),
            cause: None,
        }),
    }
}

/// The one connection that writes.
pub(crate) fn sqlite_writer(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options)
}

/// The connections that only read.
pub(crate) fn sqlite_readers(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(
            options
                .pragma("query_only", "ON")
                .pragma("cache_size", SQLITE_MEMORY),
        )
}

/// The connections to PostgreSQL.
pub(crate) fn postgres(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(POSTGRES_PATIENCE)
        .connect_lazy_with(options)
}

/// The one connection that is told of changes.
pub(crate) fn postgres_ear(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(POSTGRES_PATIENCE)
        .connect_lazy_with(options.application_name("pullgate listener"))
}
