//! Keeping the signing keys fresh.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pullgate_store::Actor;

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::keys::{self, Keyring};

impl Identity {
    /// Reads the signing keys from the store anew, so that tokens of other
    /// replicas' new keys are verified. Call it at least twice within
    /// [`crate::Settings::key_activation`].
    pub async fn reload_keys(&self) -> Result<(), IdentityError> {
        let stored = self.store.signing_keys().await?;
        self.keys.store(Arc::new(Keyring::load(&stored)?));
        Ok(())
    }

    /// Adds a new signing key. It is published at once and signs after
    /// [`crate::Settings::key_activation`], or at once if it is the only one.
    pub async fn rotate(&self) -> Result<(), IdentityError> {
        let (kid, private) = keys::generate()?;
        self.store
            .add_signing_key(&kid, &private, self.now(), &Actor::System)
            .await?;
        tracing::info!(kid, "a new signing key was added");
        self.reload_keys().await
    }

    /// What is to be done for the keys from time to time, on any replica:
    /// loads them, rotates when the newest has reached
    /// [`crate::Settings::key_lifetime`], retires those whose successor signs,
    /// and removes those that can have signed nothing that is still valid.
    pub async fn tend_keys(&self) -> Result<(), IdentityError> {
        self.reload_keys().await?;
        let newest = self
            .keys
            .load()
            .live()
            .next_back()
            .map(|key| key.created_at);
        if newest.is_none_or(|made| self.passed_since(made) >= self.settings.key_lifetime) {
            self.rotate().await?;
        }
        let activation = self.settings.key_activation;
        for kid in self.superseded_for(activation.saturating_mul(2)) {
            self.store.retire_signing_key(&kid, &Actor::System).await?;
        }
        for kid in self.retired_for(self.settings.longest_token().saturating_add(activation)) {
            self.store.delete_signing_key(&kid, &Actor::System).await?;
            tracing::info!(kid = &*kid, "a signing key of no more use was removed");
        }
        self.reload_keys().await
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
