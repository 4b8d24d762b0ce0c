//! What can go wrong between this crate and its store.

use pullgate_store::StoreError;

use crate::keyed_hash::NoRandomness;
use crate::keys::UnreadableKey;
use crate::password::HashError;

/// Why the identities of an installation could not be opened, read or
/// changed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A signing key in the store cannot be used.
    #[error(transparent)]
    Key(#[from] UnreadableKey),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Passwords cannot be hashed with these settings, or on this machine.
    #[error(transparent)]
    Password(#[from] HashError),
}
