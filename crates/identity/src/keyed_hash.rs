//! Keyed hashes, under a secret of the server.

use aws_lc_rs::{hmac, rand};

/// The random key that one installation has, kept in its store.
///
/// Every purpose gets a key of its own, derived from it, so that a hash made
/// for one is worth nothing for another.
#[derive(Debug)]
pub(crate) struct ServerSecret(hmac::Key);

/// Length of the server's secret and of a keyed hash, in bytes.
pub(crate) const LENGTH: usize = 32;

impl ServerSecret {
    /// The secret as it is in the store.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The key for one purpose.
    pub(crate) fn key_for(&self, purpose: &str) -> HashKey {
        let derived = hmac::sign(&self.0, purpose.as_bytes());
        HashKey(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }
}

/// A key for one purpose. Its debug print does not show it.
#[derive(Clone, Debug)]
pub(crate) struct HashKey(hmac::Key);

impl HashKey {
    /// HMAC-SHA256 of the parts, each preceded by its length, so that no two
    /// lists of parts have the same text.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; LENGTH] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; LENGTH];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// Fresh random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
