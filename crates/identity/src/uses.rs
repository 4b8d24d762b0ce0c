//! When access tokens were last used.
//!
//! Noted in memory and written in batches, so that a sign-in with a token
//! writes nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use pullgate_store::TokenId;

/// The uses not yet written: at most one for each token.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<TokenId, Timestamp>>);

impl Uses {
    /// Notes a use.
    pub(crate) fn note(&self, token: TokenId, at: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = uses.entry(token).or_insert(at);
        *last = at.max(*last);
    }

    /// Takes what has been noted, to write it.
    pub(crate) fn take(&self) -> HashMap<TokenId, Timestamp> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
