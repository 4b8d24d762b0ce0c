//! An organization, its people, and the console in front of them, without a
//! network between.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use pullgate_access::{Clock, Door, DoorSettings, Recorder, RecorderSettings};
use pullgate_admin::{Admin, Caller, ConsoleSessions, Parts, SessionSettings};
use pullgate_catalog::{Catalog, HubClient};
use pullgate_console::{Client, Console, ConsoleRates, ConsoleSettings, GatewayAddress, Scheme};
use pullgate_identity::{Identity, Reach, Secret, Subject, Via};
use pullgate_policy::{OrganizationName, Role, Username};
use pullgate_reference::{GatewayNames, Registry};
use pullgate_store::{Actor, DatabaseUrl, NewPerson, Store};
use tempfile::TempDir;

pub(crate) const ADDRESS: &str = "http://localhost:8080";

/// olivia owns acme and mia is a member of it; oscar owns other; sam belongs
/// to no organization. Each one's password is "a long passphrase of NAME".
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) admin: Admin,
    pub(crate) console: Console,
    identity: Arc<Identity>,
    door: Arc<Door>,
    now: Arc<Mutex<Timestamp>>,
    folder: Arc<TempDir>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// What stands between two texts of the page.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| {
            panic!("no {before} in {}", self.text);
        });
        rest.split_once(after).unwrap().0
    }

    pub(crate) fn leads_to(&self) -> &str {
        self.header(LOCATION)
    }

    /// The value that a cookie is set to; empty if it is taken away.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(SET_COOKIE).iter();
        let lines = set.map(|line| line.to_str().unwrap());
        let start = format!("{name}=");
        lines
            .filter_map(|line| line.strip_prefix(&start))
            .map(|rest| rest.split(';').next().unwrap().to_owned())
            .next_back()
    }

    /// What the page's forms carry.
    pub(crate) fn token(&self) -> String {
        let (_, after) = self.text.split_once("name=\"csrf\" value=\"").unwrap();
        after.split('"').next().unwrap().to_owned()
    }
}

/// A browser: it keeps cookies, and says where its forms come from.
pub(crate) struct Browser {
    console: Console,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) scheme: Scheme,
    pub(crate) host: &'static str,
}

pub(crate) fn password(name: &str) -> String {
    format!("a long passphrase of {name}")
}

pub(crate) fn organization(name: &str) -> OrganizationName {
    name.parse().unwrap()
}

pub(crate) fn username(name: &str) -> Username {
    name.parse().unwrap()
}

fn identity_settings() -> pullgate_identity::Settings {
    let mut settings = pullgate_identity::Settings::default();
    // As cheap as argon2 lets them be.
    settings.password.memory_kib = 8;
    settings.password.passes = 1;
    settings
}

impl World {
    /// A Pullgate that nobody has set up.
    pub(crate) async fn empty() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let now = Arc::new(Mutex::new("2026-11-25T12:00:00Z".parse().unwrap()));
        Self::over(folder, now).await
    }

    pub(crate) async fn new() -> Self {
        let world = Box::pin(Self::empty()).await;
        let by = &Actor::CommandLine;
        let identity = world.identity().await;
        for name in ["olivia", "mia", "oscar", "sam"] {
            let secret = Secret::new(password(name));
            let hash = identity.hash_password(&secret).await.unwrap();
            let person = NewPerson {
                username: username(name),
                email: format!("{name}@example.com"),
                password_hash: Some(hash),
            };
            world.store.create_person(person, by).await.unwrap();
        }
        for (name, owner) in [("acme", "olivia"), ("other", "oscar")] {
            world
                .store
                .create_organization(&organization(name), name, &username(owner), by)
                .await
                .unwrap();
        }
        world
            .store
            .set_member(&organization("acme"), &username("mia"), Role::Member, by)
            .await
            .unwrap();
        world
    }

    /// Which change was the last, to see that nothing was changed since.
    pub(crate) async fn last_change(&self) -> i64 {
        let changes = self.store.changes(None, None, 1).await.unwrap();
        changes.first().map_or(0, |change| change.generation)
    }

    /// Somebody else who belongs to acme.
    pub(crate) async fn member(&self, name: &str, role: Role) {
        let person = NewPerson {
            username: username(name),
            email: format!("{name}@example.com"),
            password_hash: None,
        };
        let by = &Actor::CommandLine;
        self.store.create_person(person, by).await.unwrap();
        self.store
            .set_member(&organization("acme"), &username(name), role, by)
            .await
            .unwrap();
    }

    pub(crate) async fn identity(&self) -> Identity {
        let clock: pullgate_identity::Clock = Arc::new(Timestamp::now);
        Identity::open(self.store.clone(), identity_settings(), clock)
            .await
            .unwrap()
    }

    /// The same, for as many requests as this.
    pub(crate) fn with_rates(self, rates: ConsoleRates) -> Self {
        let sessions = ConsoleSessions::new(self.admin.clone(), SessionSettings::default());
        let settings = ConsoleSettings {
            rates,
            ..ConsoleSettings::default()
        };
        Self {
            console: Console::new(self.admin.clone(), sessions, settings),
            ..self
        }
    }

    /// Another server on the same database.
    pub(crate) async fn another_replica(&self) -> Self {
        Self::over(Arc::clone(&self.folder), Arc::clone(&self.now)).await
    }

    async fn over(folder: Arc<TempDir>, now: Arc<Mutex<Timestamp>>) -> Self {
        let told = Arc::clone(&now);
        let clock: Clock = Arc::new(move || *told.lock().unwrap());
        let store = Store::open(&DatabaseUrl::sqlite(folder.path().join("db")))
            .await
            .unwrap()
            .with_clock(Arc::clone(&clock));
        let identity = Identity::open(store.clone(), identity_settings(), Arc::clone(&clock));
        let identity = Arc::new(identity.await.unwrap());
        let settings = pullgate_catalog::Settings::default();
        // Nobody listens there: Docker Hub is away.
        let hub = HubClient::new("http://127.0.0.1:1", &settings).unwrap();
        let catalog = Catalog::open(store.clone(), hub, settings, Arc::clone(&clock)).await;
        let catalog = Arc::new(catalog.unwrap());
        let recorder = Arc::new(Recorder::new(
            store.clone(),
            Arc::clone(&clock),
            RecorderSettings::new(folder.path().join("spool")),
        ));
        let door = Door::open(
            store.clone(),
            Arc::clone(&identity),
            Arc::clone(&catalog),
            recorder,
            Arc::clone(&clock),
            DoorSettings::default(),
        );
        let door = Arc::new(door.await.unwrap());
        let gateway = Registry::parse("localhost:5000").unwrap();
        let admin = Admin::new(Parts {
            store: store.clone(),
            identity: Arc::clone(&identity),
            catalog,
            door: Arc::clone(&door),
            clock,
            console: None,
        })
        .with_gateway(GatewayNames::new([gateway], []));
        let sessions = ConsoleSessions::new(admin.clone(), SessionSettings::default());
        let settings = ConsoleSettings {
            public_url: None,
            gateway: GatewayAddress {
                public_url: None,
                port: 5000,
                encrypted: false,
            },
            rates: ConsoleRates::default(),
            registries: vec!["docker.io".to_owned()],
        };
        Self {
            store,
            console: Console::new(admin.clone(), sessions, settings),
            admin,
            identity,
            door,
            now,
            folder,
        }
    }

    /// Brings in what was changed behind the services' back.
    pub(crate) async fn catch_up(&self) {
        self.door.catch_up().await.unwrap();
    }

    /// Whether somebody's next pull would go on.
    pub(crate) async fn may_pull(&self, name: &str, image: &str) -> bool {
        let caller = Caller::SignedIn(self.subject(name));
        let explained = self.admin.explain(&caller, image, None).await;
        explained.unwrap().decision.permits()
    }

    fn subject(&self, name: &str) -> Subject {
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

    /// Lets time pass.
    pub(crate) fn wait(&self, minutes: i64) {
        *self.now.lock().unwrap() += SignedDuration::from_mins(minutes);
    }

    /// Somebody's browser, before they have signed in.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            console: self.console.clone(),
            cookies: Vec::new(),
            scheme: Scheme::Http,
            host: "localhost:8080",
        }
    }

    /// The browser of somebody who has signed in.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(name, &password(name)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}

impl Browser {
    /// The same browser, led to another server.
    pub(crate) fn at(&self, replica: &World) -> Self {
        Self {
            console: replica.console.clone(),
            cookies: self.cookies.clone(),
            scheme: self.scheme,
            host: self.host,
        }
    }

    /// Signs in, as the page's form does.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("username", name), ("password", password)])
            .await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form of a page of this console.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.host);
        self.send(
            Method::POST,
            path,
            Some(fields),
            &[(ORIGIN.as_str(), &origin)],
        )
        .await
    }

    /// Sends a form of a page, with what the page's forms carry.
    pub(crate) async fn submit(
        &mut self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let token = self.get(page).await.token();
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    /// Sends whatever it is told to.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(HOST, self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !jar.is_empty() {
            request = request.header(COOKIE, jar.join("; "));
        }
        let body = fields.map(|fields| {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields).finish()
        });
        let request = match body {
            Some(form) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(form)),
            None => request.body(Body::empty()),
        };
        let client = Client {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            scheme: self.scheme,
        };
        let response = self.console.handle(request.unwrap(), client).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        self.keep(&parts.headers);
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Who the pages say it is; nobody if they ask to sign in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let page = self.get("/account").await;
        match page.status {
            200 => true,
            303 | 401 => false,
            other => panic!("{other} {}", page.text),
        }
    }
}
