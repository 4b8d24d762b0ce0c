//! Asking Docker Hub: together, in time, and not again right after a failure.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::Badge;
use pullgate_store::LearntFrom;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::catalog::{Catalog, Shared, later};
use crate::flights::{Boarding, Flight};
use crate::hub::AskError;
use crate::memory::Learnt;
use crate::namespace::Namespace;
use crate::settings::signed;

/// The most questions to Docker Hub at once. More of them wait for their turn.
const QUESTIONS_AT_ONCE: usize = 32;

/// The longest that Docker Hub is left in peace because it asks for it. First
/// pulls from verified publishers are denied for as long.
const LONGEST_PEACE: SignedDuration = SignedDuration::from_mins(5);

impl Catalog {
    /// Asks Docker Hub and waits until what it says is known, unless what is
    /// known will do or Docker Hub is not to be asked now.
    pub(crate) async fn ask_unless(
        &self,
        namespace: &str,
        will_do: impl Fn(Learnt, Timestamp) -> bool,
    ) {
        let shared = self.shared();
        let boarding = shared.flights.board(namespace, || {
            let now = shared.now();
            let known = shared.memory.recall(namespace);
            !known.is_some_and(|learnt| will_do(learnt, now)) && shared.may_ask(namespace, now)
        });
        let landing = match boarding {
            Boarding::NotNeeded => return,
            Boarding::Joined(landing) => landing,
            Boarding::First(flight, landing) => {
                tokio::spawn(ask(Arc::clone(shared), flight));
                landing
            }
        };
        landing.wait().await;
    }
}

impl Shared {
    /// Whether neither the namespace nor Docker Hub as a whole has failed just
    /// now. A moment to try again that is too far away was set by a clock that
    /// has since been turned back.
    pub(crate) fn may_ask(&self, namespace: &str, now: Timestamp) -> bool {
        let longest = self.retry().max(LONGEST_PEACE);
        let waits = self.memory.retry_at(namespace).is_some_and(|retry_at| {
            let left = retry_at.duration_since(now);
            left.is_positive() && left <= longest
        });
        !waits && !self.outage.lasts(now, longest)
    }

    fn retry(&self) -> SignedDuration {
        signed(self.settings.retry_after_failure)
    }

    /// Writes down that there was no answer.
    fn failed(&self, namespace: &Namespace, error: &AskError) {
        let now = self.now();
        let retry_at = later(now, self.retry());
        tracing::warn!(%namespace, why = %error, "Docker Hub could not say which badge a namespace has");
        self.memory.failed(namespace, now, retry_at);
        match error {
            AskError::Unreachable(_) | AskError::TimedOut => self.outage.unanswered(retry_at),
            AskError::TooManyRequests { wait } => {
                self.outage.answered();
                let wait = wait.map_or(SignedDuration::ZERO, signed);
                let wait = wait.min(LONGEST_PEACE).max(self.retry());
                self.outage.begin(later(now, wait));
            }
            AskError::Busy => {}
            _ => self.outage.answered(),
        }
    }
}

/// Turns to ask.
pub(crate) fn turns() -> Semaphore {
    Semaphore::new(QUESTIONS_AT_ONCE)
}

/// Asks Docker Hub about one namespace, and keeps what it says. Those who wait
/// go on as soon as it is in memory; the store is written to after that, since
/// nobody decides by it.
async fn ask(shared: Arc<Shared>, flight: Flight) {
    let namespace = flight.namespace().clone();
    let badge = match ask_in_time(&shared, namespace.as_str()).await {
        Ok(badge) => badge,
        Err(error) => return shared.failed(&namespace, &error),
    };
    shared.outage.answered();
    let learnt = Learnt {
        badge,
        at: shared.now(),
        source: LearntFrom::Asked,
    };
    shared.memory.answered(&namespace, learnt);
    drop(flight);
    if let Err(error) = shared.store.save_badges(&[learnt.of(&namespace)]).await {
        tracing::warn!(
            %namespace,
            %error,
            "what Docker Hub has said is known until the next start only, for it could not be written to the database"
        );
    }
}

async fn ask_in_time(shared: &Shared, namespace: &str) -> Result<Badge, AskError> {
    let deadline = Instant::now() + shared.settings.ask_timeout;
    let Ok(Ok(_turn)) = timeout_at(deadline, shared.questions.acquire()).await else {
        return Err(AskError::Busy);
    };
    timeout_at(deadline, shared.hub.badge(namespace))
        .await
        .unwrap_or(Err(AskError::TimedOut))
}
