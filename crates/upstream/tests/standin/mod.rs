//! Stand-ins for registries, token services and storage, on loopback.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
#![allow(clippy::unwrap_used, reason = "it is part of tests")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode};
use jiff::Timestamp;
use pullgate_reference::{Digest, Repository, Target};
use pullgate_upstream::{
    Credentials, Login, Parts, ProxySetting, Secret, SystemNames, Upstream, UpstreamConfig,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "swordfish-of-the-site";
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn authorization(&self) -> Option<&str> {
        self.header("authorization")
    }
}

pub type Answer = Response<Body>;

/// A server that answers by a function and remembers what it was asked.
pub struct StandIn {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl StandIn {
    pub async fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_knowing_itself(move |_, seen| answer(seen)).await
    }

    pub async fn start_knowing_itself(
        answer: impl Fn(SocketAddr, &Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let kept = Arc::clone(&seen);
        let app = Router::new().fallback(move |request: Request| {
            let one = Seen {
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                query: request.uri().query().unwrap_or_default().to_owned(),
                headers: request.headers().clone(),
            };
            kept.lock().unwrap().push(one.clone());
            let response = answer(address, &one);
            async move { response }
        });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            address,
            seen,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn seen_at(&self, path: &str) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|one| one.path == path);
        seen
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server that reads one request a connection, writes these bytes and closes.
pub async fn raw(bytes: &'static [u8]) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(bytes).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (address, task)
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

pub fn manifest_answer() -> Answer {
    answer(200, &[("content-type", OCI_MANIFEST)], manifest_text())
}

pub fn json(text: &str) -> Answer {
    answer(
        200,
        &[("content-type", "application/json")],
        text.to_owned(),
    )
}

pub fn redirect(to: &str) -> Answer {
    answer(307, &[("location", to)], "")
}

pub fn manifest_text() -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{}","size":2}},"layers":[]}}"#,
        "a".repeat(64)
    )
}

pub fn digest_of(bytes: impl AsRef<[u8]>) -> Digest {
    use std::fmt::Write as _;
    let mut text = "sha256:".to_owned();
    for byte in digest(&SHA256, bytes.as_ref()).as_ref() {
        write!(text, "{byte:02x}").unwrap();
    }
    text.parse().unwrap()
}

/// Resolves every name to loopback.
pub struct LoopbackNames;

impl Resolve for LoopbackNames {
    fn resolve(&self, _: Name) -> Resolving {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
    }
}

/// A clock that a test moves.
#[derive(Clone)]
pub struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000)))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn parts(&self) -> Parts {
        let seconds = Arc::clone(&self.0);
        Parts {
            clock: Arc::new(move || {
                Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap()
            }),
            resolver: Arc::new(SystemNames),
        }
    }
}

pub fn config(url: &str) -> UpstreamConfig {
    let mut config = UpstreamConfig::new("registry.acme.example");
    config.url = Some(url.parse().unwrap());
    config.proxy = ProxySetting::None;
    config
}

/// The client of a registry at this address, without special settings.
pub fn upstream(url: &str) -> Upstream {
    made(&config(url))
}

pub fn made(config: &UpstreamConfig) -> Upstream {
    Upstream::new(config, &Parts::system()).unwrap()
}

pub fn made_with_loopback_names(config: &UpstreamConfig) -> Upstream {
    let parts = Parts {
        resolver: Arc::new(LoopbackNames),
        ..Parts::system()
    };
    Upstream::new(config, &parts).unwrap()
}

pub fn repository() -> Repository {
    Repository::parse("registry.acme.example/team/app").unwrap()
}

pub fn latest() -> Target {
    Target::parse("latest").unwrap()
}

pub fn login() -> Credentials {
    Credentials::Login(Arc::new(
        Login::new("site", "robot", Secret::from(PASSWORD)).unwrap(),
    ))
}

pub const BASIC: &str = "Basic cm9ib3Q6c3dvcmRmaXNoLW9mLXRoZS1zaXRl";
