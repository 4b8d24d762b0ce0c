//! One statement for both databases.
//!
//! A statement is one text with `$1` parameters. The macro [`per_backend`] is
//! the only place that writes a query twice.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use pullgate_policy::{OrganizationName, TeamName, Username};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, FromRow, SqlSafeStr};

use crate::dialect::Dialect;
use crate::error::StoreError;

/// How many rows are taken before others have their turn.
const TURN: usize = 500;

/// How long rows may gather when all that came are taken. Being woken for each
/// by whoever finds them costs more than finding it.
const GATHERING: Duration = Duration::from_millis(1);

/// "cached plan must not change result type", among others (PostgreSQL,
/// appendix A).
const FEATURE_NOT_SUPPORTED: &str = "0A000";

/// A connection to one of the databases, perhaps within a transaction.
pub(crate) enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A row that can be read from both.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// Expands a query for each backend.
macro_rules! per_backend {
    ($link:expr, $query:expr, $values:expr, $run:ident) => {
        match $link {
            Link::Sqlite(connection) => bound!($query, $values).$run(connection).await?,
            Link::Postgres(connection) => {
                let answer = bound!($query, $values).$run(&mut *connection).await;
                prepared_anew(connection, answer).await?
            }
        }
    };
    ($link:expr, $query:expr, $values:expr, $run:ident => $result:ident) => {
        match $link {
            Link::Sqlite(connection) => bound!($query, $values).$run(connection).await?.$result(),
            Link::Postgres(connection) => {
                let answer = bound!($query, $values).$run(&mut *connection).await;
                prepared_anew(connection, answer).await?.$result()
            }
        }
    };
}

macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(&**text),
                Value::NoText => query.bind(None::<&str>),
                Value::Int(number) => query.bind(*number),
                Value::NoInt => query.bind(None::<i64>),
                Value::Bytes(bytes) => query.bind(*bytes),
            };
        }
        query
    }};
}

/// PostgreSQL keeps statements prepared, and refuses one for good whose table
/// has got another column since, as when a newer version is started beside this
/// one. Forgetting them lets the next try prepare it anew.
async fn prepared_anew<T>(
    connection: &mut PgConnection,
    answer: Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let refused = |error: &sqlx::Error| {
        let database = error.as_database_error()?;
        Some(database.code()? == FEATURE_NOT_SUPPORTED)
    };
    if answer.as_ref().err().and_then(refused) == Some(true) {
        connection.clear_cached_statements().await?;
    }
    answer
}

impl Link<'_> {
    /// Which database it is.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows.
    pub(crate) async fn all<T: Row>(
        self,
        text: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        Ok(per_backend!(
            self,
            sqlx::query_as::<_, T>(text),
            values,
            fetch_all
        ))
    }

    /// The first row, if there is any.
    pub(crate) async fn first<T: Row>(
        self,
        text: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(per_backend!(
            self,
            sqlx::query_as::<_, T>(text),
            values,
            fetch_optional
        ))
    }

    /// The one row that there is.
    pub(crate) async fn only<T: Row>(
        self,
        text: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<T, StoreError> {
        Ok(per_backend!(
            self,
            sqlx::query_as::<_, T>(text),
            values,
            fetch_one
        ))
    }

    /// All rows, one by one as they are found.
    pub(crate) async fn each<T: Row>(
        self,
        text: &'static str,
        values: &[Value<'_>],
        mut take: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        macro_rules! take_each {
            ($connection:ident) => {{
                let rows = bound!(sqlx::query_as::<_, T>(text), values).fetch($connection);
                let mut rows = rows.ready_chunks(TURN);
                while let Some(found) = rows.next().await {
                    let is_all_there_was = found.len() < TURN;
                    for row in found {
                        take(row?)?;
                    }
                    if is_all_there_was {
                        tokio::time::sleep(GATHERING).await;
                    } else {
                        tokio::task::yield_now().await;
                    }
                }
            }};
        }
        match self {
            Link::Sqlite(connection) => take_each!(connection),
            Link::Postgres(connection) => take_each!(connection),
        }
        Ok(())
    }

    /// Writes, and returns how many rows that changed.
    pub(crate) async fn execute(
        self,
        text: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        Ok(per_backend!(self, sqlx::query(text), values, execute => rows_affected))
    }
}

/// The value of a parameter. Absent values have a type, for PostgreSQL.
pub(crate) enum Value<'v> {
    Text(Cow<'v, str>),
    NoText,
    Int(i64),
    NoInt,
    Bytes(&'v [u8]),
}

/// Parameters, each from what [`Value`] can be made from.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::link::Value::from($value)),*] };
}
pub(crate) use values;

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'v> From<Cow<'v, str>> for Value<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        Self::Text(text)
    }
}

impl<'v, T: Into<Cow<'v, str>>> From<Option<T>> for Value<'v> {
    fn from(text: Option<T>) -> Self {
        text.map_or(Self::NoText, |text| Self::Text(text.into()))
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millisecond())
    }
}

/// A time that may be absent.
pub(crate) fn maybe_time(time: Option<Timestamp>) -> Value<'static> {
    time.map_or(Value::NoInt, Value::from)
}

/// A number that may be absent.
pub(crate) fn maybe_number(number: Option<i64>) -> Value<'static> {
    number.map_or(Value::NoInt, Value::from)
}

macro_rules! named {
    ($($name:ty),*) => {$(
        impl<'v> From<&'v $name> for Value<'v> {
            fn from(name: &'v $name) -> Self {
                Self::from(name.as_str())
            }
        }
    )*};
}
named!(
    OrganizationName,
    TeamName,
    Username,
    pullgate_reference::Pattern,
    pullgate_reference::Repository
);

macro_rules! identified {
    ($($id:ty),*) => {$(
        impl From<$id> for Value<'_> {
            fn from(id: $id) -> Self {
                Self::from(id.to_string())
            }
        }
    )*};
}
identified!(
    uuid::Uuid,
    crate::ids::PersonId,
    crate::ids::TokenId,
    crate::ids::ExceptionId,
    crate::ids::SessionId,
    crate::ids::RequestId,
    crate::ids::InviteId
);
