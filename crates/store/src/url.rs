//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Where the database is: a SQLite file or a PostgreSQL database. Shown
/// without its password.
#[derive(Clone)]
pub struct DatabaseUrl(PathBuf);

impl DatabaseUrl {
    /// Reads `sqlite:/path/to/file` or `postgres://user:password@host/name`.
    pub fn parse(_text: &str) -> Result<Self, StoreError> {
        todo!()
    }

    /// A SQLite file.
    pub fn sqlite(file: impl AsRef<Path>) -> Self {
        Self(file.as_ref().into())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
