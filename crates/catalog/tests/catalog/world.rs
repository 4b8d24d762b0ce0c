//! A site with a store, a clock that a test moves, and a stand-in for Docker Hub.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use pullgate_catalog::{Catalog, Clock, HubClient, Settings};
use pullgate_policy::Badge;
use pullgate_reference::Repository;
use pullgate_store::{DatabaseUrl, Store};
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::hub::{Hub, Reply};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// How long a test waits for what must come before it says that it does not.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct World {
    pub(crate) hub: Hub,
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    now: Arc<AtomicI64>,
    folder: TempDir,
    /// A port that is taken and at which nobody listens.
    nobody: TcpSocket,
}

/// The usual times, but patient with a stand-in that answers, and without
/// pauses.
pub(crate) fn settings() -> Settings {
    Settings {
        ask_timeout: MINUTE,
        refresh_pause: Duration::ZERO,
        ..Settings::default()
    }
}

/// For stories in which Docker Hub does not answer at all.
pub(crate) fn impatient() -> Settings {
    Settings {
        ask_timeout: Duration::from_millis(100),
        ..settings()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open_store(&folder).await;
        let nobody = TcpSocket::new_v4().unwrap();
        nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self {
            hub: Hub::start().await,
            store,
            settings,
            now: Arc::new(AtomicI64::new(1_800_000_000_000)),
            folder,
            nobody,
        }
    }

    /// Opens the catalog, as at a start.
    pub(crate) async fn catalog(&self) -> Catalog {
        self.catalog_over(self.store.clone(), &self.hub.url).await
    }

    /// Opens a catalog that has no way out: nobody is where it asks.
    pub(crate) async fn shut_in(&self) -> Catalog {
        self.catalog_over(self.store.clone(), &self.nobodys_url())
            .await
    }

    /// Opens the catalog of another process, which has no way out either.
    pub(crate) async fn another_process(&self) -> Catalog {
        let store = open_store(&self.folder).await;
        self.catalog_over(store, &self.nobodys_url()).await
    }

    fn nobodys_url(&self) -> String {
        format!("http://{}", self.nobody.local_addr().unwrap())
    }

    async fn catalog_over(&self, store: Store, url: &str) -> Catalog {
        let hub = HubClient::new(url, &self.settings).unwrap();
        Catalog::open(store, hub, self.settings, self.clock())
            .await
            .unwrap()
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock()()
    }

    pub(crate) fn pass(&self, time: Duration) {
        let time = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(time, Ordering::SeqCst);
    }

    pub(crate) fn turn_back(&self, time: Duration) {
        let time = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_sub(time, Ordering::SeqCst);
    }

    /// A catalog in which bitnami is a verified publisher since now, and a
    /// store that has it too.
    pub(crate) async fn knowing_bitnami(&self) -> Catalog {
        self.hub.says(Reply::Badge("verified_publisher"));
        let catalog = self.catalog().await;
        let learnt = catalog.learn(&bitnami()).await;
        assert_eq!(learnt.badge, Badge::VerifiedPublisher);
        self.until_saved(1).await;
        catalog
    }

    /// Waits until the store has that many badges: it is written to after
    /// those who wait were answered.
    pub(crate) async fn until_saved(&self, badges: usize) {
        let saved = async {
            while self.store.badges().await.unwrap().len() < badges {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, saved).await.unwrap();
    }
}

async fn open_store(folder: &TempDir) -> Store {
    let url = DatabaseUrl::sqlite(folder.path().join("pullgate.db"));
    Store::open(&url).await.unwrap()
}

pub(crate) fn repository(name: &str) -> Repository {
    Repository::parse(name).unwrap()
}

pub(crate) fn bitnami() -> Repository {
    repository("bitnami/redis")
}

/// Waits until something has come about in the background.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    let so = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, so).await.unwrap();
}
