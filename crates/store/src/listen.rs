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

use sqlx::postgres::{PgConnectOptions, PgListener};

use crate::db::Db;
use crate::dialect;
use crate::error::StoreError;
use crate::store::Store;

/// How long to wait before a lost connection is made again, the first time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest such wait; each is twice the one before.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Who is told of changes.
pub struct Listener(Line);

enum Line {
    /// SQLite tells nobody.
    Silent,
    Postgres {
        options: Arc<PgConnectOptions>,
        connection: Option<PgListener>,
        pause: Duration,
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
            },
        })
    }
}

impl Listener {
    /// Whether anything will ever be told. On SQLite nothing is.
    pub fn is_told(&self) -> bool {
        matches!(self.0, Line::Postgres { .. })
    }

    /// Waits until something was changed, or may have been: whenever the
    /// connection has been made, something may have happened before.
    pub async fn changed(&mut self) {
        let Line::Postgres {
            options,
            connection,
            pause,
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
            match line.try_recv().await {
                Ok(Some(_)) => return,
                Ok(None) => tracing::debug!("the connection that tells of changes was lost"),
                Err(error) => {
                    tracing::debug!(%error, "the connection that tells of changes was lost");
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

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("is_told", &self.is_told())
            .finish_non_exhaustive()
    }
}
