//! An organization, its people, and a door in front of them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use pullgate_access::{
    Action, Clock, Decision, Door, DoorSettings, Pull, Recorder, RecorderSettings,
};
use pullgate_catalog::{Catalog, HubClient};
use pullgate_identity::{Identity, Reach, Subject, Via};
use pullgate_policy::{Badge, OrganizationName, Permission, Role, Switch, Username};
use pullgate_reference::{Repository, Target};
use pullgate_store::{
    Actor, DatabaseUrl, DecisionFilter, DecisionRecord, LearntBadge, LearntFrom, NewPerson, Store,
};
use tempfile::TempDir;

/// acme has Image Access Management on and restricts verified publishers.
/// olivia owns it, mia is a member, sam belongs to no organization.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    catalog: Arc<Catalog>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) door: Door,
    pub(crate) folder: TempDir,
    now: Arc<AtomicI64>,
}

pub(crate) fn acme() -> OrganizationName {
    "acme".parse().unwrap()
}

pub(crate) fn username(name: &str) -> Username {
    name.parse().unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("db"));
        Self::on(&url, folder).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let url = pullgate_testpg::Server::shared().create_database();
        let url = DatabaseUrl::parse(&url).unwrap();
        Self::on(&url, tempfile::tempdir().unwrap()).await
    }

    async fn on(url: &DatabaseUrl, folder: TempDir) -> Self {
        let store = Store::open(url).await.unwrap();
        let by = &Actor::CommandLine;
        for name in ["olivia", "mia", "sam"] {
            let person = NewPerson {
                username: username(name),
                email: String::new(),
                password_hash: None,
            };
            store.create_person(person, by).await.unwrap();
        }
        store
            .create_organization(&acme(), "Acme", &username("olivia"), by)
            .await
            .unwrap();
        store
            .set_member(&acme(), &username("mia"), Role::Member, by)
            .await
            .unwrap();
        store
            .change_settings(&acme(), by, |settings| {
                settings.iam.enabled = Switch::On;
                settings.iam.verified_publisher = Permission::Restricted;
            })
            .await
            .unwrap();
        let learnt = [("bitnami", Badge::VerifiedPublisher), ("evil", Badge::None)].map(
            |(namespace, badge)| LearntBadge {
                namespace: namespace.to_owned(),
                badge,
                learnt_at: Timestamp::now(),
                source: LearntFrom::Imported,
            },
        );
        store.save_badges(&learnt).await.unwrap();
        Self::over(store, folder).await
    }

    async fn over(store: Store, folder: TempDir) -> Self {
        let now = Arc::new(AtomicI64::new(Timestamp::now().as_millisecond()));
        let clock = clock(&now);
        let identity = Identity::open(
            store.clone(),
            pullgate_identity::Settings::default(),
            Arc::clone(&clock),
        )
        .await
        .unwrap();
        let identity = Arc::new(identity);
        let settings = pullgate_catalog::Settings::default();
        // Nobody listens there: Docker Hub is away.
        let hub = HubClient::new("http://127.0.0.1:1", &settings).unwrap();
        let catalog = Catalog::open(store.clone(), hub, settings, Arc::clone(&clock))
            .await
            .unwrap();
        let catalog = Arc::new(catalog);
        let mut log = RecorderSettings::new(folder.path().join("spool"));
        log.patience = Duration::from_secs(1);
        let recorder = Arc::new(Recorder::new(store.clone(), Arc::clone(&clock), log));
        let door = Door::open(
            store.clone(),
            Arc::clone(&identity),
            Arc::clone(&catalog),
            Arc::clone(&recorder),
            clock,
            DoorSettings::default(),
        )
        .await
        .unwrap();
        Self {
            store,
            identity,
            catalog,
            recorder,
            door,
            folder,
            now,
        }
    }

    /// A door of the same organization with another log.
    pub(crate) async fn another_door(&self, recorder: Arc<Recorder>) -> Door {
        Door::open(
            self.store.clone(),
            Arc::clone(&self.identity),
            Arc::clone(&self.catalog),
            recorder,
            clock(&self.now),
            DoorSettings::default(),
        )
        .await
        .unwrap()
    }

    /// Lets time go by.
    pub(crate) fn wait(&self, time: Duration) {
        let time = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(time, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn person(&self, name: &str) -> Subject {
        let directory = self.identity.directory();
        let person = directory.person_named(name).unwrap();
        Subject::Person {
            id: person.id,
            username: person.username.clone(),
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        }
    }

    /// Asks the door for a tag, and says what was found if it may be served.
    pub(crate) async fn pull(&self, subject: &Subject, image: &str) -> Decision {
        let repository: Repository = image.parse().unwrap();
        let target: Target = "1".parse().unwrap();
        let mut checked = self
            .door
            .check(subject, &pull(&repository, Some(&target)))
            .await;
        if checked.permits() {
            checked.found(&digest());
        }
        (*checked).clone()
    }

    /// What is in the log after all that was counted has been written.
    pub(crate) async fn log(&self) -> Vec<DecisionRecord> {
        self.recorder.flush().await;
        self.store
            .decisions(&DecisionFilter::default())
            .await
            .unwrap()
    }

    /// Brings in what was changed in the store.
    pub(crate) async fn reload(&self) {
        self.door.reload().await.unwrap();
    }
}

pub(crate) fn pull<'a>(repository: &'a Repository, target: Option<&'a Target>) -> Pull<'a> {
    Pull {
        repository,
        action: Action::Manifest,
        target,
        client: "docker/20.10",
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

pub(crate) fn digest() -> pullgate_reference::Digest {
    format!("sha256:{}", "a".repeat(64)).parse().unwrap()
}

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = Arc::clone(now);
    Arc::new(move || Timestamp::from_millisecond(now.load(Ordering::Relaxed)).unwrap())
}
