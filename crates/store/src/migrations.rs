//! The tables, version by version.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr};

use crate::dialect::{self, Dialect};
use crate::error::StoreError;

/// Number, title and text of each version. A version that was released is
/// never changed.
const VERSIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (
        2,
        "site administrators",
        include_str!("../migrations/0002_site_administrators.sql"),
    ),
    (3, "people", include_str!("../migrations/0003_people.sql")),
    (
        4,
        "access tokens",
        include_str!("../migrations/0004_access_tokens.sql"),
    ),
    (
        5,
        "decision days",
        include_str!("../migrations/0005_decision_days.sql"),
    ),
    (
        6,
        "requests",
        include_str!("../migrations/0006_requests.sql"),
    ),
    (
        7,
        "failed sign-ins",
        include_str!("../migrations/0007_failed_sign_ins.sql"),
    ),
    (8, "console", include_str!("../migrations/0008_console.sql")),
    (
        9,
        "device sign-ins",
        include_str!("../migrations/0009_device_sign_ins.sql"),
    ),
    (
        10,
        "policy history",
        include_str!("../migrations/0010_policy_history.sql"),
    ),
    (
        12,
        "teams of a member",
        include_str!("../migrations/0012_teams_of_a_member.sql"),
    ),
    (
        13,
        "questions",
        include_str!("../migrations/0013_questions.sql"),
    ),
];

/// Brings a SQLite file to this version. All within one transaction that has
/// the write lock, since another process may be doing the same.
pub(crate) async fn migrate_sqlite(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    let mut transaction = connection.begin_with(dialect::SQLITE_BEGIN_WRITE).await?;
    run(&mut *transaction, Dialect::Sqlite).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(())
}

/// Brings a PostgreSQL database to this version. The migrator takes a lock
/// against other processes by itself.
pub(crate) async fn migrate_postgres(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect_with(options).await?;
    run(&mut connection, Dialect::Postgres).await?;
    connection.close().await?;
    Ok(())
}

async fn run<C: Migrate>(connection: &mut C, dialect: Dialect) -> Result<(), StoreError> {
    let versions = VERSIONS.iter().map(|&(number, title, text)| {
        let kind = MigrationType::Simple;
        // Safe: made of a static text alone.
        let text = AssertSqlSafe(dialect.migration(text)).into_sql_str();
        Migration::new(number, title.into(), kind, text, false)
    });
    Migrator::with_migrations(versions.collect())
        .run_direct(None, connection, false)
        .await?;
    Ok(())
}

impl From<MigrateError> for StoreError {
    fn from(cause: MigrateError) -> Self {
        let why = match cause {
            MigrateError::Execute(cause) => return cause.into(),
            MigrateError::VersionMissing(version) => format!(
                "a newer version has brought its tables to number {version}; use that version, or restore a backup"
            ),
            MigrateError::VersionMismatch(version) => format!(
                "its tables of number {version} were made by a version that was never released; restore a backup, or begin with an empty database"
            ),
            other => format!("{other}; restore a backup, or begin with an empty database"),
        };
        Self::Migration { why }
    }
}
