//! Keeping the signing keys fresh.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pullgate_store::{Actor, KeyAdded, SigningKey, StoreError};

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::keys::{self, Keyring};

impl Identity {
    /// Reads the signing keys from the store anew.
    pub async fn reload_keys(&self) -> Result<(), IdentityError> {
        let stored = self.store.signing_keys().await?;
        self.keys.store(Arc::new(Keyring::load(&stored)?));
        Ok(())
    }

    /// Takes the signing keys that the store has, if they are others than
    /// those so far. If they cannot be used those so far stay.
    pub fn replace_keys(&self, stored: &[SigningKey]) {
        if self.keys.load().is_of(stored) {
            return;
        }
        match Keyring::load(stored) {
            Ok(keyring) => self.keys.store(Arc::new(keyring)),
            Err(error) => tracing::error!(%error, "the signing keys of before stay in use"),
        }
    }

    /// Adds a new signing key, unless another replica has just done so. It is
    /// published at once and signs after [`crate::Settings::key_activation`],
    /// or at once if it is the only one.
    pub async fn rotate(&self) -> Result<(), IdentityError> {
        let newest = self.newest_key().map(|(kid, _)| kid);
        let (kid, private) = keys::generate()?;
        let actor = Actor::System;
        let added =
            self.store
                .add_signing_key(newest.as_deref(), &kid, &private, self.now(), &actor);
        // In a box, for opening identities would be as large as this is.
        let added = Box::pin(added).await?;
        if added == KeyAdded::Yes {
            tracing::info!(kid, "a new signing key was added");
        }
        self.reload_keys().await
    }

    /// What is to be done for the keys from time to time, on any replica:
    /// loads them, rotates when the newest has reached
    /// [`crate::Settings::key_lifetime`], retires those whose successor signs,
    /// and removes those that can have signed nothing that is still valid.
    pub async fn tend_keys(&self) -> Result<(), IdentityError> {
        self.reload_keys().await?;
        let newest = self.newest_key();
        if newest.is_none_or(|(_, made)| self.passed_since(made) >= self.settings.key_lifetime) {
            self.rotate().await?;
        }
        let activation = self.settings.key_activation;
        for kid in self.superseded_for(activation.saturating_mul(2)) {
            done_or_gone(self.store.retire_signing_key(&kid, &Actor::System).await)?;
        }
        for kid in self.retired_for(self.settings.longest_token().saturating_add(activation)) {
            done_or_gone(self.store.delete_signing_key(&kid, &Actor::System).await)?;
            tracing::info!(kid = &*kid, "a signing key of no more use was removed");
        }
        self.reload_keys().await
    }

    /// The newest key that is not retired, and when it was made.
    fn newest_key(&self) -> Option<(Arc<str>, Timestamp)> {
        let keys = self.keys.load();
        let newest = keys.live().next_back()?;
        Some((Arc::clone(&newest.kid), newest.created_at))
    }

    /// The keys whose successor is as old as this, so that no replica signs
    /// with them any more.
    fn superseded_for(&self, time: Duration) -> Vec<Arc<str>> {
        let keys = self.keys.load();
        keys.live()
            .zip(keys.live().skip(1))
            .filter(|(_, successor)| self.passed_since(successor.created_at) > time)
            .map(|(key, _)| Arc::clone(&key.kid))
            .collect()
    }

    fn retired_for(&self, time: Duration) -> Vec<Arc<str>> {
        let keys = self.keys.load();
        keys.retired()
            .filter(|&(_, since)| self.passed_since(since) > time)
            .map(|(key, _)| Arc::clone(&key.kid))
            .collect()
    }

    fn passed_since(&self, moment: Timestamp) -> Duration {
        Duration::try_from(self.now().duration_since(moment)).unwrap_or_default()
    }
}

/// Another replica may have removed the key a moment ago.
fn done_or_gone(done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(StoreError::NotFound { .. }) => Ok(()),
        other => other,
    }
}
