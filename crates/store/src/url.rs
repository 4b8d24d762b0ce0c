//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::error::StoreError;

/// The parameters of a PostgreSQL URL that are understood. Any other is
/// refused, rather than passed over and perhaps logged.
const PARAMETERS: [&str; 10] = [
    "application_name",
    "dbname",
    "host",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
];

/// Where the database is: a SQLite file or a PostgreSQL database. Shown
/// without its password.
#[derive(Clone)]
pub struct DatabaseUrl(Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres {
        options: Box<PgConnectOptions>,
        shown: String,
    },
}

impl DatabaseUrl {
    /// Reads `sqlite:/path/to/file` or `postgres://user:password@host/name`.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return parse_sqlite(path);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return parse_postgres(text);
        }
        Err(invalid(
            "it begins with neither sqlite: nor postgres://; write sqlite:/path/to/file or postgres://user:password@host/name",
        ))
    }

    /// A SQLite file.
    pub fn sqlite(file: impl AsRef<Path>) -> Self {
        Self(Place::Sqlite(file.as_ref().into()))
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

fn invalid(why: impl Into<String>) -> StoreError {
    StoreError::Url { why: why.into() }
}

fn parse_sqlite(path: &str) -> Result<DatabaseUrl, StoreError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') {
        return Err(invalid(
            "SQLite needs a file that outlives the process; write sqlite:/path/to/file",
        ));
    }
    if path.contains('?') {
        return Err(invalid(
            "a SQLite file has no parameters; leave out all from the ?",
        ));
    }
    Ok(DatabaseUrl::sqlite(path))
}

fn parse_postgres(text: &str) -> Result<DatabaseUrl, StoreError> {
    let url = Url::parse(text).map_err(|cause| {
        invalid(format!(
            "{cause}; write postgres://user:password@host/name, with special characters of the password percent-encoded"
        ))
    })?;
    for (name, _) in url.query_pairs() {
        if !PARAMETERS.contains(&&*name) {
            return Err(invalid(format!(
                "it has a parameter that is not known; known are {}",
                PARAMETERS.join(", ")
            )));
        }
    }
    // What a parameter's value may be is not quoted: it could be a password
    // in the wrong place.
    let options = PgConnectOptions::from_str(text)
        .map_err(|_| invalid("a parameter has a value that is not understood"))?
        .application_name("pullgate");
    let host = url.host_str().unwrap_or_default();
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let shown = format!("postgres://{host}{port}{}", url.path());
    Ok(DatabaseUrl(Place::Postgres {
        options: Box::new(options),
        shown,
    }))
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Place::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn shows_no_password() {
        for text in [
            "postgres://pullgate:hunter2@db.example:5433/state",
            "postgresql://pullgate@db.example/state?password=hunter2",
            "postgres://pullgate:hunter2@db.example/state?sslmode=require",
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            let shown = format!("{url} {url:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("db.example"), "{shown}");
        }
    }

    #[test]
    fn says_what_is_wrong_without_the_password() {
        for (text, part) in [
            ("mysql://a:hunter2@b/c", "neither sqlite: nor postgres://"),
            ("/var/lib/pullgate.db", "neither sqlite: nor postgres://"),
            ("sqlite:", "needs a file"),
            ("sqlite::memory:", "needs a file"),
            ("sqlite:/tmp/x?mode=ro", "no parameters"),
            ("postgres://a:hunter2@b:port/c", "port"),
            (
                "postgres://a@b/c?passwd=hunter2",
                "a parameter that is not known",
            ),
            ("postgres://a@b/c?sslmode=hunter2", "not understood"),
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_file_by_any_spelling() {
        for text in ["sqlite:/data/p.db", "sqlite:///data/p.db"] {
            assert_eq!(
                DatabaseUrl::parse(text).unwrap().to_string(),
                "sqlite:/data/p.db"
            );
        }
    }
}
