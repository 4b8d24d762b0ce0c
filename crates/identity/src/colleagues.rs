//! Failed sign-ins that other replicas have counted.
//!
//! Where several replicas share a store, a guesser must not have as many
//! guesses as there are replicas. So before a password is compared the store
//! is asked what all of them have counted, and a failure is counted there
//! before it is answered: who guesses one after the other finds the same
//! throttle on all replicas, and who guesses at once gains no more than the few
//! that are being compared at that moment.
//!
//! A right access token asks the store nothing, and neither does a password
//! that is remembered; a right password writes nothing, unless there are
//! failures to forgive. While the store is away each replica throttles by
//! itself, as it does where it is alone.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pullgate_store::{FailureBucket, Store, StoreError};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::throttle::{Attempt, Kind, Merge, Throttle, Throttled};

/// How long the store may take to answer before a sign-in goes on without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// For how long it is not asked again after that.
const PEACE: Duration = Duration::from_secs(5);

/// How many wrong access tokens are counted in the store at once. They cost
/// nothing to compare, so more of them could come than a database takes;
/// beyond that each replica counts for itself.
const WRONG_TOKENS_AT_ONCE: usize = 2;

/// The most buckets kept in the store.
const MOST_BUCKETS: u32 = 100_000;

/// The way to what other replicas have counted.
#[derive(Debug)]
pub(crate) struct Colleagues {
    /// None where no other replica can be.
    store: Option<Store>,
    /// How often something was counted in the store: what was read before
    /// that may be older than what is known.
    counted: AtomicU64,
    wrong_tokens: Semaphore,
    /// Until when the store is left in peace.
    peace: Mutex<Option<Instant>>,
}

impl Colleagues {
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            store: store.is_shared().then(|| store.clone()),
            counted: AtomicU64::new(0),
            wrong_tokens: Semaphore::new(WRONG_TOKENS_AT_ONCE),
            peace: Mutex::default(),
        }
    }

    /// Learns what all replicas have counted for an attempt with a password.
    pub(crate) async fn learn(&self, throttle: &Throttle, attempt: &Attempt) {
        let Some(store) = self.store_to_ask() else {
            return;
        };
        let counted = self.counted.load(Ordering::SeqCst);
        let buckets = Throttle::buckets(attempt);
        let Some(told) = self
            .in_time(Box::pin(store.failed_sign_ins(&buckets)))
            .await
        else {
            return;
        };
        let merge = if counted == self.counted.load(Ordering::SeqCst) {
            Merge::Replace
        } else {
            Merge::Later
        };
        throttle.learnt(attempt, &told, merge);
    }

    /// Counts a wrong password for all replicas.
    pub(crate) async fn wrong_password(&self, throttle: &Throttle, attempt: &Attempt) {
        // It was compared, so the answer is that it is wrong; that the
        // next one is too many is said then.
        let _ = self.count(throttle, attempt, Kind::Password).await;
    }

    /// Counts a wrong access token for all replicas.
    pub(crate) async fn wrong_token(
        &self,
        throttle: &Throttle,
        attempt: &Attempt,
    ) -> Result<(), Throttled> {
        match self.wrong_tokens.try_acquire() {
            Ok(_turn) => self.count(throttle, attempt, Kind::Token).await,
            Err(_) => Ok(()),
        }
    }

    /// Forgets failures for all replicas.
    pub(crate) async fn forgive(&self, bucket: FailureBucket) {
        if let Some(store) = self.store_to_ask() {
            self.in_time(Box::pin(store.forget_failed_sign_ins(&bucket)))
                .await;
        }
    }

    async fn count(
        &self,
        throttle: &Throttle,
        attempt: &Attempt,
        kind: Kind,
    ) -> Result<(), Throttled> {
        let Some(store) = self.store_to_ask() else {
            return Ok(());
        };
        let failures = throttle.failures(attempt, kind);
        match self
            .in_time(Box::pin(store.count_failed_sign_ins(&failures)))
            .await
        {
            Some(told) => {
                self.counted.fetch_add(1, Ordering::SeqCst);
                throttle.counted_in_store(attempt, kind, &told)
            }
            None => Ok(()),
        }
    }

    fn store_to_ask(&self) -> Option<&Store> {
        let peace = *self.peace.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = peace.is_none_or(|end| end <= Instant::now());
        self.store.as_ref().filter(|_| asked)
    }

    /// What is asked comes in a box, for a sign-in is large enough without it.
    async fn in_time<T>(
        &self,
        asked: Pin<Box<impl Future<Output = Result<T, StoreError>>>>,
    ) -> Option<T> {
        let why = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        };
        tracing::warn!(
            why,
            "failed sign-ins are counted by this replica alone for now"
        );
        let end = Instant::now() + PEACE;
        *self.peace.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        None
    }
}

impl Identity {
    /// Forgets failed sign-ins in the store that count no more. Call it every
    /// minute or so, on any replica.
    pub async fn tidy_failed_sign_ins(&self) -> Result<(), IdentityError> {
        match &self.colleagues.store {
            Some(store) => Ok(store.tidy_failed_sign_ins(MOST_BUCKETS).await?),
            None => Ok(()),
        }
    }
}
