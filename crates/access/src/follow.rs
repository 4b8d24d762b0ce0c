//! How the policies in memory stay those of the store.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pullgate_identity::Directory;
use pullgate_policy::OrganizationName;
use pullgate_store::StoreError;
use tokio::sync::Notify;

use crate::door::Door;
use crate::policies::Policies;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the store is asked whether anything has changed.
const LOOK: Duration = Duration::from_millis(200);

/// The same where one is told of changes: often enough that a change holds
/// within a second when nothing was told.
const LOOK_THOUGH_TOLD: Duration = Duration::from_millis(500);

impl Door {
    /// Brings the store's policies, people and tokens in, at once.
    ///
    /// When it returns, every decision from then on is made by them.
    pub async fn reload(&self) -> Result<(), StoreError> {
        // Two at once could put an older snapshot in place of a newer one.
        self.loading.share(Box::pin(self.load())).await
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
        self.loading.share(Box::pin(self.load())).await
    }

    /// Whether there is such an organization.
    pub fn knows(&self, organization: &OrganizationName) -> bool {
        self.policies.load().has(organization)
    }

    async fn load(&self) -> Result<(), StoreError> {
        let now = (self.clock)();
        let snapshot = in_time(self.store.load()).await?;
        let directory = Directory::build(&snapshot);
        // A new key is known long before it signs, and one that was removed
        // verifies no more.
        self.identity.replace_keys(&snapshot.signing_keys);
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

    /// Follows the store for as long as it runs: brings in a change when it
    /// is told of one, looks by itself for what it was not told of, and lets
    /// the policies age while the store is away.
    pub async fn follow(&self) {
        let mut listener = self.store.listen();
        let every = if listener.is_told() {
            LOOK_THOUGH_TOLD
        } else {
            LOOK
        };
        // Many are told of while one is brought in, and are brought in
        // together then.
        let told = Notify::new();
        let listen = async {
            loop {
                listener.changed().await;
                told.notify_one();
            }
        };
        let look = async {
            loop {
                self.look().await;
                // Told or not, it looks again.
                let _ = tokio::time::timeout(every, told.notified()).await;
            }
        };
        tokio::join!(listen, look);
    }

    /// Brings in what has changed, and says when the database goes away and
    /// comes back.
    async fn look(&self) {
        match self.catch_up().await {
            Ok(()) => {
                if self.away.swap(None).is_some() {
                    tracing::info!("the database answers again");
                }
            }
            Err(error) => {
                if self.away.swap(Some(Arc::new(error.to_string()))).is_none() {
                    tracing::error!(%error, "the database is away: deciding by the last known policy");
                }
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
