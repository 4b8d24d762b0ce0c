//! Hearing at once that another process has changed something.
//!
//! PostgreSQL tells all who listen when a change is committed. What it tells
//! is only that something has changed; what, is read with [`Store::load`]. It
//! is a shortcut and never the only way: who listens also asks for
//! [`Store::generation`] from time to time, as nothing is told while a
//! connection is lost, nor ever behind a pooler that shares connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener};

use crate::db::Db;
use crate::dialect;
use crate::error::StoreError;
use crate::store::Store;

/// How long to wait before a lost connection is made again, the first time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest such wait; each is twice the one before.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// After how long a silence the connection is asked whether it is still
/// there: one whose other end is gone without a word is silent for ever.
const SILENCE: Duration = Duration::from_secs(30);

/// How long it may take to answer that.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who is told of changes.
pub struct Listener(Line);

enum Line {
    /// SQLite tells nobody.
    Silent,
    Postgres {
        options: Arc<PgConnectOptions>,
        connection: Option<PgListener>,
        pause: Duration,
        silence: Duration,
    },
}

impl Store {
    /// Begins to listen for changes of any process. The connection is made,
    /// and made again when it is lost, while [`Listener::changed`] waits.
    pub fn listen(&self) -> Listener {
        Listener(match &self.db {
            Db::Sqlite { .. } => Line::Silent,
            Db::Postgres(pool) => Line::Postgres {
                options: pool.connect_options(),
                connection: None,
                pause: FIRST_PAUSE,
                silence: SILENCE,
            },
        })
    }
}

impl Listener {
    /// Whether anything will ever be told. On SQLite nothing is.
    pub fn is_told(&self) -> bool {
        matches!(self.0, Line::Postgres { .. })
    }

    /// The same, that takes another time of silence for suspicious.
    #[must_use]
    pub fn suspicious_after(mut self, time: Duration) -> Self {
        if let Line::Postgres { silence, .. } = &mut self.0 {
            *silence = time;
        }
        self
    }

    /// Waits until something was changed, or may have been: whenever the
    /// connection has been made, something may have happened before.
    pub async fn changed(&mut self) {
        let Line::Postgres {
            options,
            connection,
            pause,
            silence,
        } = &mut self.0
        else {
            return std::future::pending().await;
        };
        loop {
            let Some(line) = connection else {
                match connect(options).await {
                    Ok(line) => {
                        *connection = Some(line);
                        *pause = FIRST_PAUSE;
                        return;
                    }
                    Err(error) => {
                        tracing::debug!(%error, "nothing is told of changes: the database cannot be listened to");
                        tokio::time::sleep(*pause).await;
                        *pause = LONGEST_PAUSE.min(*pause * 2);
                        continue;
                    }
                }
            };
            match tokio::time::timeout(*silence, line.try_recv()).await {
                Ok(Ok(Some(_))) => return,
                Err(_) if answers(line).await => continue,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the connection that tells of changes was lost");
                }
                Ok(Ok(None)) | Err(_) => {
                    tracing::debug!("the connection that tells of changes was lost");
                }
            }
            *connection = None;
        }
    }
}

/// A connection of its own, as it may take none of those that decisions and
/// changes are written with.
async fn connect(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    let pool = dialect::postgres_ear(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // Made anew by whoever waits, who then looks at what was missed.
    listener.eager_reconnect(false);
    listener.listen(dialect::CHANNEL).await?;
    Ok(listener)
}

/// Whether the other end is still there. What it tells meanwhile is kept.
async fn answers(line: &mut PgListener) -> bool {
    let asked = tokio::time::timeout(PATIENCE, line.execute("SELECT 1"));
    matches!(asked.await, Ok(Ok(_)))
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("is_told", &self.is_told())
            .finish_non_exhaustive()
    }
}
