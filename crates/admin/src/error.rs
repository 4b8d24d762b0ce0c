//! Why something was not done.

use pullgate_store::StoreError;

/// Why something was not done. The text is for the one who asked: what
/// happened, why, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no such thing, or none that the caller may know of.
    #[error("{0}")]
    NotFound(String),
    /// The caller may know of it and may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// What was asked cannot be done as it stands.
    #[error("{0}")]
    Invalid(String),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else has changed it in the meantime.
    #[error("{0}")]
    Outdated(String),
    /// The database is away or cannot be read. The text is for the server's
    /// log.
    #[error("{0}")]
    Unavailable(String),
}

impl From<crate::files::FileError> for AdminError {
    fn from(error: crate::files::FileError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::NotFound { .. } => Self::NotFound(text),
            StoreError::Conflict(_) => Self::Conflict(text),
            StoreError::Settings(_) | StoreError::Text { .. } => Self::Invalid(text),
            StoreError::Corrupt { .. }
            | StoreError::Url { .. }
            | StoreError::Migration { .. }
            | StoreError::Unavailable { .. } => Self::Unavailable(text),
        }
    }
}
