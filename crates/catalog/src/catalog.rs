//! The catalog itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pullgate_policy::Badge;
use pullgate_reference::Repository;
use pullgate_store::{Store, StoreError};

use crate::asking::Asking;
use crate::hub::HubClient;
use crate::knowledge::{Knowledge, KnownFrom};
use crate::memory::Memory;
use crate::settings::{Settings, SettingsError};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Which badge a Docker Hub namespace has. Cheap to clone.
#[derive(Clone)]
pub struct Catalog {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) hub: HubClient,
    pub(crate) settings: Settings,
    pub(crate) memory: Memory,
    pub(crate) asking: Asking,
    clock: Clock,
}

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// What was learnt cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Debug for Catalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Catalog")
            .field("hub", &self.inner.hub)
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl Catalog {
    /// Opens the catalog with what the store has of it.
    pub async fn open(
        store: Store,
        hub: HubClient,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, CatalogError> {
        settings.check()?;
        let memory = Memory::default();
        for learnt in store.badges().await? {
            memory.keep(&learnt, learnt.learnt_at);
        }
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                hub,
                settings,
                memory,
                asking: Asking::default(),
                clock,
            }),
        })
    }

    /// What is known of a repository's namespace now, without asking anybody.
    pub fn known(&self, repository: &Repository) -> Knowledge {
        if let Some(certain) = Knowledge::without_asking(repository) {
            return certain;
        }
        let now = self.inner.now();
        match self.inner.memory.find(repository.namespace(), now) {
            None => Knowledge::none(KnownFrom::NeverLearnt),
            Some(learnt) if age(learnt.learnt_at, now) > self.inner.settings.usable_for => {
                Knowledge {
                    learnt_at: Some(learnt.learnt_at),
                    ..Knowledge::none(KnownFrom::TooOld)
                }
            }
            Some(learnt) => Knowledge {
                badge: learnt.badge,
                source: learnt.source.into(),
                learnt_at: Some(learnt.learnt_at),
            },
        }
    }

    /// Whether there is no reason to ask again.
    pub fn is_fresh(&self, knowledge: &Knowledge) -> bool {
        match knowledge.source {
            KnownFrom::NameItself | KnownFrom::NotDockerHub => true,
            KnownFrom::NeverLearnt | KnownFrom::TooOld => false,
            KnownFrom::Asked | KnownFrom::Imported => {
                knowledge.learnt_at.is_some_and(|learnt_at| {
                    age(learnt_at, self.inner.now()) <= self.inner.settings.fresh_for
                })
            }
        }
    }

    /// What is known of a repository's namespace, asking Docker Hub first if
    /// that is not fresh. If Docker Hub cannot be asked, what is known stays.
    pub async fn learn(&self, repository: &Repository) -> Knowledge {
        let known = self.known(repository);
        if self.is_fresh(&known) {
            return known;
        }
        match self.inner.ask(repository.namespace()).await {
            Some(badge) => Knowledge {
                badge,
                source: KnownFrom::Asked,
                learnt_at: Some(self.inner.now()),
            },
            None => known,
        }
    }

    /// What is known of a namespace by its name alone: for looking it up.
    pub fn badge_of(&self, namespace: &str) -> Option<(Badge, KnownFrom, Timestamp)> {
        let learnt = self.inner.memory.find(namespace, self.inner.now())?;
        Some((learnt.badge, learnt.source.into(), learnt.learnt_at))
    }
}

/// How old something is. What lies in the future, because a clock was set
/// back, counts as too old to be trusted.
fn age(learnt_at: Timestamp, now: Timestamp) -> Duration {
    const MINUTE: Duration = Duration::from_mins(1);
    match Duration::try_from(now.duration_since(learnt_at)) {
        Ok(age) => age,
        Err(_) if learnt_at.duration_since(now).unsigned_abs() <= MINUTE => Duration::ZERO,
        Err(_) => Duration::MAX,
    }
}
