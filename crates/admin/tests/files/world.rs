//! An organization in a database, and the services over it.

use std::sync::Arc;

use jiff::Timestamp;
use pullgate_access::{Clock, Door, DoorSettings, Recorder, RecorderSettings};
use pullgate_admin::{Admin, Applied, Caller, Effect, Exceptions, Expected, Parts, PolicyFile};
use pullgate_catalog::{Catalog, HubClient};
use pullgate_identity::Identity;
use pullgate_policy::{OrganizationName, Role};
use pullgate_store::{Actor, DatabaseUrl, NewPerson, Store};
use tempfile::TempDir;

/// acme with its owner olivia and its member mia.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) admin: Admin,
    _folder: TempDir,
}

pub(crate) fn acme() -> OrganizationName {
    "acme".parse().unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("db"));
        let store = Store::open(&url).await.unwrap();
        let by = &Actor::CommandLine;
        for name in ["olivia", "mia"] {
            let person = NewPerson {
                username: name.parse().unwrap(),
                email: String::new(),
                password_hash: None,
            };
            store.create_person(person, by).await.unwrap();
        }
        let (olivia, mia) = ("olivia".parse().unwrap(), "mia".parse().unwrap());
        store
            .create_organization(&acme(), "Acme", &olivia, by)
            .await
            .unwrap();
        store
            .set_member(&acme(), &mia, Role::Member, by)
            .await
            .unwrap();
        let clock: Clock = Arc::new(Timestamp::now);
        let settings = pullgate_identity::Settings::default();
        let identity = Identity::open(store.clone(), settings, Arc::clone(&clock)).await;
        let identity = Arc::new(identity.unwrap());
        let settings = pullgate_catalog::Settings::default();
        // Nobody listens there: Docker Hub is away.
        let hub = HubClient::new("http://127.0.0.1:1", &settings).unwrap();
        let catalog = Catalog::open(store.clone(), hub, settings, Arc::clone(&clock)).await;
        let catalog = Arc::new(catalog.unwrap());
        let log = RecorderSettings::new(folder.path().join("spool"));
        let recorder = Arc::new(Recorder::new(store.clone(), Arc::clone(&clock), log));
        let door = Door::open(
            store.clone(),
            Arc::clone(&identity),
            Arc::clone(&catalog),
            recorder,
            Arc::clone(&clock),
            DoorSettings::default(),
        );
        let door = Arc::new(door.await.unwrap());
        let admin = Admin::new(Parts {
            store: store.clone(),
            identity,
            catalog,
            door,
            clock,
            console: None,
        });
        Self {
            store,
            admin,
            _folder: folder,
        }
    }

    pub(crate) async fn apply(&self, file: &PolicyFile, effect: Effect) -> Applied {
        let anything = Expected::Anything;
        self.admin
            .apply_policy(&Caller::CommandLine, &acme(), file, &anything, effect)
            .await
            .unwrap()
    }

    pub(crate) async fn export(&self, exceptions: Exceptions) -> PolicyFile {
        self.admin
            .export_policy(&Caller::CommandLine, &acme(), exceptions)
            .await
            .unwrap()
            .file
    }
}
