//! All that the database holds, to see that nothing of it has changed.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

/// A database, read beside the server that changes it.
pub(super) struct Database(SqlitePool);

impl Database {
    pub(super) async fn of(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self(SqlitePool::connect_with(options).await.unwrap())
    }

    /// Every row of every table, as text.
    pub(super) async fn now(&self) -> Vec<String> {
        let tables = self
            .texts("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .await;
        assert!(tables.len() > 10, "{tables:?}");
        let mut rows = Vec::new();
        for table in tables {
            let columns = self
                .texts(&format!(
                    "SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"
                ))
                .await;
            let row = columns.join(" || ',' || ");
            let found = self
                .texts(&format!(
                    "SELECT '{table}: ' || {row} FROM \"{table}\" ORDER BY 1"
                ))
                .await;
            rows.extend(found);
        }
        rows
    }

    /// Writes what is there to a new file.
    pub(super) async fn copy_to(&self, file: &Path) {
        let copy = format!("VACUUM INTO '{}'", file.display());
        sqlx::query(sqlx::AssertSqlSafe(copy))
            .execute(&self.0)
            .await
            .unwrap();
    }

    async fn texts(&self, question: &str) -> Vec<String> {
        let found: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(question.to_owned()))
            .fetch_all(&self.0)
            .await
            .unwrap();
        found.into_iter().map(|(text,)| text).collect()
    }
}
