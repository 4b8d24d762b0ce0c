//! A database for one story.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use pullgate_policy::{OrganizationName, Role, TeamName, Username};
use pullgate_reference::{Pattern, Repository};
use pullgate_store::{Actor, Clock, DatabaseUrl, NewPerson, Person, Store};
use pullgate_testpg::Server;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// On which database a story plays.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// An empty database, gone after the story.
pub(crate) struct Home {
    pub(crate) store: Store,
    pub(crate) address: String,
    now: Arc<Mutex<Timestamp>>,
    _folder: TempDir,
}

impl Home {
    pub(crate) async fn on(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = match backend {
            Backend::Sqlite => format!("sqlite:{}", folder.path().join("state.db").display()),
            Backend::Postgres => Server::shared().create_database(),
        };
        let now = Arc::new(Mutex::new(time("2026-11-01T12:00:00Z")));
        let mut home = Self {
            store: open(&address).await,
            address,
            now: Arc::clone(&now),
            _folder: folder,
        };
        let clock: Clock = Arc::new(move || *now.lock().unwrap());
        home.store = home.store.with_clock(clock);
        home
    }

    /// The same, with the organization acme, its owner olivia and its member
    /// mia.
    pub(crate) async fn with_acme(backend: Backend) -> Self {
        let home = Self::on(backend).await;
        home.person("olivia").await;
        home.person("mia").await;
        home.found("acme", "olivia").await;
        home.store
            .set_member(&org("acme"), &user("mia"), Role::Member, &olivia())
            .await
            .unwrap();
        home
    }

    pub(crate) async fn person(&self, name: &str) -> Person {
        let person = NewPerson {
            username: user(name),
            email: format!("{name}@example.com"),
            password_hash: Some("$argon2id$secret".into()),
        };
        self.store
            .create_person(person, &Actor::CommandLine)
            .await
            .unwrap()
    }

    pub(crate) async fn found(&self, organization: &str, owner: &str) {
        self.store
            .create_organization(
                &org(organization),
                organization,
                &user(owner),
                &Actor::CommandLine,
            )
            .await
            .unwrap();
    }

    /// Makes so many people, called person-1 and so on, members of acme.
    pub(crate) async fn many_people(&self, number: u32) {
        self.meddle(&format!(
            "INSERT INTO people
                 (id, username, email, password_hash, credentials_epoch, status, created_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number})
             SELECT substr('00000000-0000-7000-8000-', 1, 24)
                     || substr('000000000000', 1, 12 - length(CAST(i AS TEXT))) || CAST(i AS TEXT),
                 'person-' || CAST(i AS TEXT), '', NULL, 1, 'active', 0 FROM n",
        ))
        .await;
        self.meddle(
            "INSERT INTO members SELECT 'acme', id, 'member', 0 FROM people WHERE email = ''",
        )
        .await;
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        *self.now.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    /// Writes to the database behind the store's back.
    pub(crate) async fn meddle(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        if self.address.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.address).await.unwrap();
            connection.execute(text).await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&self.address).await.unwrap();
            connection.execute(text).await.unwrap();
        }
    }
}

pub(crate) async fn open(address: &str) -> Store {
    Store::open(&DatabaseUrl::parse(address).unwrap())
        .await
        .unwrap()
}

pub(crate) fn org(name: &str) -> OrganizationName {
    name.parse().unwrap()
}

pub(crate) fn user(name: &str) -> Username {
    name.parse().unwrap()
}

pub(crate) fn team(name: &str) -> TeamName {
    name.parse().unwrap()
}

pub(crate) fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

pub(crate) fn repository(text: &str) -> Repository {
    text.parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn olivia() -> Actor {
    Actor::Person(user("olivia"))
}
