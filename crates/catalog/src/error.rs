//! What can go wrong with the catalog as a whole. That Docker Hub cannot be
//! asked is no error: it is [`crate::Source::NeverLearnt`] or
//! [`crate::Source::TooOld`].

use jiff::Timestamp;
use pullgate_store::StoreError;

use crate::namespace::Namespace;
use crate::settings::SettingsError;

/// Why the catalog cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Its settings make no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// What was learnt before cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a document was not imported. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A badge from the future would never grow old.
    #[error(
        "entry {index} ({namespace}): it was learnt at {learnt_at}, which is in the future; check the clocks of both machines, and export again"
    )]
    Future {
        /// Which entry, the first being 1.
        index: usize,
        /// Its namespace.
        namespace: Namespace,
        /// When it says that it was learnt.
        learnt_at: Timestamp,
    },
    /// A namespace has one badge.
    #[error("entry {index} ({namespace}): entry {first} is about the same namespace; remove one")]
    Duplicate {
        /// Which entry, the first being 1.
        index: usize,
        /// Its namespace.
        namespace: Namespace,
        /// The other entry.
        first: usize,
    },
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}
