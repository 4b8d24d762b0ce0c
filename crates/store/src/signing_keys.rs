//! The keys with which bearer tokens are signed.

use jiff::Timestamp;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::secret::SecretBytes;
use crate::store::Store;

/// A key with which bearer tokens are, or were, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in a token's header.
    pub kid: String,
    /// The private key as PKCS#8 in DER.
    pub private_der: SecretBytes,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it signs no more and is only there to verify.
    pub retired_at: Option<Timestamp>,
}

impl Store {
    /// Keeps a new key. Adding, retiring and deleting a key are changes, so
    /// that every replica notices.
    pub async fn add_signing_key(
        &self,
        _kid: &str,
        _private_der: &SecretBytes,
        _created_at: Timestamp,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// All keys, newest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        todo!()
    }

    /// Lets a key sign no more from now on. Nothing happens if it was retired
    /// before.
    pub async fn retire_signing_key(&self, _kid: &str, _actor: &Actor) -> Result<(), StoreError> {
        todo!()
    }

    /// Forgets a key: what it has signed is not accepted any more.
    pub async fn delete_signing_key(&self, _kid: &str, _actor: &Actor) -> Result<(), StoreError> {
        todo!()
    }
}
