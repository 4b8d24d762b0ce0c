//! What is known, and how more is learnt.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::Badge;
use pullgate_reference::Repository;
use pullgate_store::{LearntBadge, LearntFrom, Store};
use tokio::sync::Semaphore;

use crate::asking;
use crate::error::CatalogError;
use crate::flights::Flights;
use crate::hub::HubClient;
use crate::knowledge::{Knowledge, Source, Whose};
use crate::memory::{Learnt, Memory};
use crate::namespace::Namespace;
use crate::outage::Outage;
use crate::settings::{Age, CLOCK_DIFFERENCE, Settings};

/// Tells the time. A parameter, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

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
    pub(crate) hub: HubClient,
    pub(crate) flights: Arc<Flights>,
    pub(crate) questions: Semaphore,
    clock: Clock,
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
            flights: Arc::default(),
            questions: asking::turns(),
            clock,
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
}

/// A moment as precisely as the store keeps it, so that it is the same after a
/// restart.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

pub(crate) fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
