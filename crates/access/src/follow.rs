//! How the policies in memory stay those of the store.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pullgate_identity::Directory;
use pullgate_policy::OrganizationName;
use pullgate_store::StoreError;

use crate::door::Door;
use crate::policies::Policies;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the store is asked whether anything has changed.
const POLL: Duration = Duration::from_millis(200);

impl Door {
    /// Brings the store's policies, people and tokens in, at once.
    ///
    /// When it returns, every decision from then on is made by them.
    pub async fn reload(&self) -> Result<(), StoreError> {
        // Two at once could put an older snapshot in place of a newer one.
        let _one_at_a_time = self.reloading.lock().await;
        self.load().await
    }

    /// Brings in what has changed, and nothing if nothing has: of many who
    /// change something at the same moment, few read everything anew.
    ///
    /// When it returns, every decision from then on is made by all that was
    /// changed before it was called.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let now = (self.clock)();
        let generation = in_time(self.store.generation()).await?;
        // An exception that ended needs no reload: its end is compared on
        // every decision.
        if generation == self.policies.load().generation {
            self.confirm(now);
            return Ok(());
        }
        let _one_at_a_time = self.reloading.lock().await;
        // Whoever was before us in the line may have brought it in.
        if generation == self.policies.load().generation {
            return Ok(());
        }
        self.load().await
    }

    /// Whether there is such an organization.
    pub fn knows(&self, organization: &OrganizationName) -> bool {
        self.policies.load().has(organization)
    }

    async fn load(&self) -> Result<(), StoreError> {
        let now = (self.clock)();
        let snapshot = in_time(self.store.load()).await?;
        let directory = Directory::build(&snapshot);
        let policies = Policies::new(snapshot.generation, snapshot.organizations);
        // Policies first: who has just joined an organization must find its
        // policy here, or be denied.
        let before = self.policies.swap(Arc::new(policies)).generation;
        if snapshot.generation < before {
            tracing::error!(
                generation = snapshot.generation,
                before,
                "the database is older than it was: changes made since are gone"
            );
            self.identity.restore_directory(directory);
        } else {
            self.identity.replace_directory(directory);
        }
        self.confirm(now);
        Ok(())
    }

    /// Follows the store for as long as it runs: notices a change by its
    /// generation, and lets the policies age while the store is away.
    pub async fn follow(&self) {
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut away = false;
        loop {
            tick.tick().await;
            match self.catch_up().await {
                Ok(()) if away => {
                    away = false;
                    tracing::info!("the database answers again");
                }
                Err(error) if !away => {
                    away = true;
                    tracing::error!(%error, "the database is away: deciding by the last known policy");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    fn confirm(&self, at: jiff::Timestamp) {
        self.confirmed_at
            .store(at.as_millisecond(), Ordering::Relaxed);
    }
}

/// A database that hangs is away, as one that refuses is.
async fn in_time<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Unavailable {
            why: format!("no answer within {} seconds", PATIENCE.as_secs()),
            cause: None,
        }),
    }
}
