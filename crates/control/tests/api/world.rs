//! Two organizations, their people, and the API in front of them, without a
//! network between.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use pullgate_access::{Clock, Door, DoorSettings, Recorder, RecorderSettings};
use pullgate_admin::{Admin, Parts};
use pullgate_catalog::{Catalog, Document, HubClient};
use pullgate_control::{Client, Control, RateLimit};
use pullgate_identity::{Identity, Reach, Subject, Via};
use pullgate_policy::{Badge, OrganizationName, Role, Username};
use pullgate_reference::{GatewayNames, Registry};
use pullgate_store::{Actor, DatabaseUrl, NewPerson, Store};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

/// olivia owns acme and mia is a member of it; oscar owns other; sam belongs
/// to no organization.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) door: Arc<Door>,
    catalog: Arc<Catalog>,
    pub(crate) control: Control,
    folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null if it is not JSON.
    pub(crate) body: Value,
}

pub(crate) fn organization(name: &str) -> OrganizationName {
    name.parse().unwrap()
}

pub(crate) fn username(name: &str) -> Username {
    name.parse().unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::sqlite(folder.path().join("db")))
            .await
            .unwrap();
        let by = &Actor::CommandLine;
        for name in ["olivia", "mia", "oscar", "sam"] {
            let person = NewPerson {
                username: username(name),
                email: format!("{name}@example.com"),
                password_hash: None,
            };
            store.create_person(person, by).await.unwrap();
        }
        for (name, owner) in [("acme", "olivia"), ("other", "oscar")] {
            store
                .create_organization(&organization(name), name, &username(owner), by)
                .await
                .unwrap();
        }
        store
            .set_member(&organization("acme"), &username("mia"), Role::Member, by)
            .await
            .unwrap();
        Self::over(store, folder).await
    }

    /// The API over a store that keeps everything in the file `db` of this
    /// folder.
    pub(crate) async fn over(store: Store, folder: TempDir) -> Self {
        Self::limited(store, folder, RateLimit::default()).await
    }

    /// The same, for few requests.
    pub(crate) async fn limited(store: Store, folder: TempDir, rate: RateLimit) -> Self {
        let clock: Clock = Arc::new(Timestamp::now);
        let settings = pullgate_identity::Settings::default();
        let identity = Identity::open(store.clone(), settings, Arc::clone(&clock))
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
        let recorder = Arc::new(Recorder::new(
            store.clone(),
            Arc::clone(&clock),
            RecorderSettings::new(folder.path().join("spool")),
        ));
        let door = Door::open(
            store.clone(),
            Arc::clone(&identity),
            Arc::clone(&catalog),
            Arc::clone(&recorder),
            Arc::clone(&clock),
            DoorSettings::default(),
        )
        .await
        .unwrap();
        let door = Arc::new(door);
        let console = "https://pullgate.example.com";
        let admin = Admin::new(Parts {
            store: store.clone(),
            identity: Arc::clone(&identity),
            catalog: Arc::clone(&catalog),
            door: Arc::clone(&door),
            clock,
            console: Some(console.into()),
        });
        let gateway = Registry::parse("registry.acme.example").unwrap();
        let control = Control::new(
            admin.with_gateway(GatewayNames::new([gateway], [])),
            Arc::clone(&identity),
            Some(console.to_owned()),
            rate,
        );
        Self {
            store,
            identity,
            recorder,
            door,
            catalog,
            control,
            folder,
        }
    }

    /// The file that the store keeps everything in.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("db")
    }

    /// Has learnt which badge a namespace on Docker Hub has.
    pub(crate) async fn knows(&self, namespace: &str, badge: Badge) {
        let document = format!(
            r#"{{"version": 1, "exported_at": "{now}", "namespaces":
                [{{"namespace": "{namespace}", "badge": "{badge}", "learnt_at": "{now}"}}]}}"#,
            now = Timestamp::now(),
        );
        let document: Document = serde_json::from_str(&document).unwrap();
        self.catalog.import(&document).await.unwrap();
    }

    /// Writes to the database behind the store's back.
    pub(crate) async fn meddle(&self, statement: &'static str) {
        let options = SqliteConnectOptions::new().filename(self.database());
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        database.execute(statement).await.unwrap();
        database.close().await.unwrap();
    }

    /// A session of this person's, as after signing in with a password.
    pub(crate) fn session(&self, name: &str) -> String {
        let person = {
            let directory = self.identity.directory();
            Arc::clone(directory.person_named(name).unwrap())
        };
        let subject = Subject::Person {
            id: person.id,
            username: person.username.clone(),
            epoch: person.credentials_epoch,
            via: Via::Password,
            reach: Reach::All,
        };
        self.identity.issue_session(&subject).unwrap().token
    }

    /// A session as after signing in with that secret, which must be right.
    pub(crate) async fn sign_in(&self, name: &str, secret: &str) -> String {
        let login = serde_json::json!({"username": name, "password": secret});
        let answer = self.post("", "/v2/users/login", &login).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// Asks as this person; an empty name is somebody who has not signed in.
    pub(crate) async fn ask(
        &self,
        method: Method,
        who: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let session = (!who.is_empty()).then(|| self.session(who));
        self.ask_with(method, session.as_deref(), path, body).await
    }

    /// Asks with this session.
    pub(crate) async fn ask_with(
        &self,
        method: Method,
        session: Option<&str>,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.ask_saying(method, session, path, &[], body).await
    }

    /// Asks with this session and these headers.
    pub(crate) async fn ask_saying(
        &self,
        method: Method,
        session: Option<&str>,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(session) = session {
            request = request.header(AUTHORIZATION, format!("Bearer {session}"));
        }
        let request = match body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.answer(request.unwrap()).await
    }

    /// Sends a text of some kind, as this person.
    pub(crate) async fn send(
        &self,
        method: Method,
        who: &str,
        path: &str,
        kind: &str,
        text: &str,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {}", self.session(who)))
            .header(CONTENT_TYPE, kind)
            .body(Body::from(text.to_owned()));
        self.answer(request.unwrap()).await
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let client = Client {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let response = self.control.handle(request, client).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    /// The body of an answer, as it comes.
    pub(crate) async fn stream(&self, who: &str, path: &str) -> Body {
        let request = Request::builder()
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {}", self.session(who)))
            .body(Body::empty());
        let client = Client {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        self.control
            .handle(request.unwrap(), client)
            .await
            .into_body()
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(Method::GET, who, path, None).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, who, path, Some(body)).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, who, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, who: &str, path: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, who, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Answer {
        self.ask(Method::DELETE, who, path, None).await
    }
}
