//! What is known, and how more is learnt.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::Badge;
use pullgate_reference::Repository;
use pullgate_store::{LearntBadge, LearntFrom, Store};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::error::CatalogError;
use crate::flights::{Boarding, Flight, Flights};
use crate::hub::{AskError, HubClient};
use crate::knowledge::{Knowledge, Source, Whose};
use crate::memory::{Learnt, Memory};
use crate::namespace::Namespace;
use crate::outage::Outage;
use crate::settings::{Age, CLOCK_DIFFERENCE, Settings, signed};

/// Tells the time. A parameter, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The most questions to Docker Hub at once. More of them wait for their turn.
const QUESTIONS_AT_ONCE: usize = 32;

/// The longest that Docker Hub is left in peace because it asks for it. First
/// pulls from verified publishers are denied for as long.
const LONGEST_PEACE: SignedDuration = SignedDuration::from_mins(5);

/// Which badge each namespace on Docker Hub has, as far as it is known.
pub struct Catalog {
    shared: Arc<Shared>,
}

/// What questions use that outlive those who asked.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) memory: Memory,
    pub(crate) outage: Outage,
    hub: HubClient,
    clock: Clock,
    flights: Arc<Flights>,
    questions: Semaphore,
}

impl Catalog {
    /// Opens the catalog with what the store holds.
    pub async fn open(
        store: Store,
        hub: HubClient,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, CatalogError> {
        settings.validate()?;
        let learnt = store.badges().await?;
        let shared = Shared {
            store,
            settings,
            memory: Memory::default(),
            outage: Outage::default(),
            hub,
            clock,
            flights: Arc::default(),
            questions: Semaphore::new(QUESTIONS_AT_ONCE),
        };
        shared.take_rows(&learnt, |_| true);
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// What is known of a repository now, and asks nobody. Takes no lock and
    /// allocates nothing.
    pub fn known(&self, repository: &Repository) -> Knowledge {
        match Whose::of(repository) {
            Whose::Nobodys(knowledge) => knowledge,
            Whose::Namespace(namespace) => self.shared.known(namespace),
        }
    }

    /// Whether [`Catalog::learn`] would answer at once with the same.
    pub fn is_fresh(&self, knowledge: &Knowledge) -> bool {
        match (knowledge.source, knowledge.learnt_at) {
            (Source::NameItself | Source::NotDockerHub, _) => true,
            (Source::Asked | Source::Imported, Some(learnt_at)) => {
                let age = self.shared.settings.age(learnt_at, self.shared.now());
                age == Age::Fresh
            }
            _ => false,
        }
    }

    /// What is known of a repository after asking Docker Hub, if what is known
    /// is not fresh. Waits for [`Settings::ask_timeout`] at most, and not at
    /// all shortly after a failure.
    ///
    /// Who stops waiting does not stop the question: the answer is kept.
    pub async fn learn(&self, repository: &Repository) -> Knowledge {
        let namespace = match Whose::of(repository) {
            Whose::Nobodys(knowledge) => return knowledge,
            Whose::Namespace(namespace) => namespace,
        };
        let known = self.shared.known(namespace);
        if self.is_fresh(&known) {
            return known;
        }
        let settings = &self.shared.settings;
        self.ask_unless(namespace, |learnt, now| {
            settings.age(learnt.at, now) == Age::Fresh
        })
        .await;
        self.shared.known(namespace)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Asks Docker Hub and waits until what it says is known, unless what is
    /// known will do or Docker Hub is not to be asked now.
    pub(crate) async fn ask_unless(
        &self,
        namespace: &str,
        will_do: impl Fn(Learnt, Timestamp) -> bool,
    ) {
        let shared = &self.shared;
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

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("hub", &self.shared.hub)
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Now, as precisely as times are stored.
    pub(crate) fn now(&self) -> Timestamp {
        to_millisecond((self.clock)())
    }

    fn known(&self, namespace: &str) -> Knowledge {
        let now = self.now();
        let unknown = |source, learnt_at| Knowledge {
            badge: Badge::Unknown,
            source,
            learnt_at,
        };
        let Some(learnt) = self.memory.recall_for_use(namespace, now) else {
            return unknown(Source::NeverLearnt, None);
        };
        if self.settings.age(learnt.at, now) == Age::TooOld {
            return unknown(Source::TooOld, Some(learnt.at));
        }
        Knowledge {
            badge: learnt.badge,
            source: match learnt.source {
                LearntFrom::Asked => Source::Asked,
                LearntFrom::Imported => Source::Imported,
            },
            learnt_at: Some(learnt.at),
        }
    }

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

    /// Takes what the store holds into memory. What cannot be meant (a name
    /// that is no namespace, a time in the future) is left out: then it is not
    /// known.
    pub(crate) fn take_rows(&self, rows: &[LearntBadge], is_wanted: impl Fn(&LearntBadge) -> bool) {
        let latest = later(self.now(), CLOCK_DIFFERENCE);
        for row in rows.iter().filter(|row| is_wanted(row)) {
            match Namespace::parse(&row.namespace) {
                Ok(namespace) if row.badge != Badge::Unknown && row.learnt_at <= latest => {
                    let learnt = Learnt {
                        badge: row.badge,
                        at: row.learnt_at,
                        source: row.source,
                    };
                    self.memory.offer(&namespace, learnt);
                }
                _ => tracing::warn!(
                    namespace = ?row.namespace,
                    badge = %row.badge,
                    learnt_at = %row.learnt_at,
                    "a badge in the database makes no sense and is not used"
                ),
            }
        }
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

/// A moment as precisely as the store keeps it, so that it is the same after a
/// restart.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
