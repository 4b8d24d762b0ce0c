//! The connections, and the transactions on them.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::dialect;
use crate::error::StoreError;
use crate::link::Link;

/// One of the databases. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// A connection for a single read.
    pub(crate) async fn reader(&self) -> Result<Reader, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction in which all reads see the same moment.
    pub(crate) async fn picture(&self) -> Result<Work, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                Work::Sqlite(readers.begin_with(dialect::SQLITE_BEGIN_PICTURE).await?)
            }
            Self::Postgres(pool) => {
                Work::Postgres(pool.begin_with(dialect::POSTGRES_BEGIN_PICTURE).await?)
            }
        })
    }

    /// A transaction that writes.
    pub(crate) async fn write(&self) -> Result<Work, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                Work::Sqlite(writer.begin_with(dialect::SQLITE_BEGIN_WRITE).await?)
            }
            Self::Postgres(pool) => {
                Work::Postgres(pool.begin_with(dialect::POSTGRES_BEGIN_WRITE).await?)
            }
        })
    }

    /// Ends all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A connection for a single read.
pub(crate) enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }
}

/// A transaction. Dropping it takes back what it did.
pub(crate) enum Work {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Work {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(transaction) => Link::Sqlite(transaction),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
