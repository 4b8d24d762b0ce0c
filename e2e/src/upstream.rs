use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Account;
use crate::server::{Heard, Server, reply, write_answer};
use crate::wire::{Answer, ask};

/// What stands between the gateway and the registry: it writes down every
/// request, keeps private namespaces private, and breaks answers in the ways
/// that upstreams really do.
#[derive(Debug)]
pub struct Upstream {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// What is wrong with the upstream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every connection is closed without an answer.
    Away,
    /// An answer takes that long.
    Slow(Duration),
    /// The connection is closed in the middle of the body.
    Cut,
    /// One byte of the body is another one.
    WrongBytes,
    /// The announced length is longer than the body, and the connection is closed.
    LengthTooLong,
    /// The announced length is shorter than the content.
    LengthTooShort,
    /// 429.
    TooManyRequests,
    /// 500.
    Error,
}

/// Which requests a fault hits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// All of them.
    Any,
    /// Those for manifests.
    Manifests,
    /// Those for blobs.
    Blobs,
}

#[derive(Debug)]
struct State {
    fault: Fault,
    route: Route,
    heard: Vec<Heard>,
    /// Where paths begin that need an `Authorization`, and which.
    private: Vec<(String, String)>,
}

impl Upstream {
    /// Stands before the registry on that port.
    pub fn start(registry: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        Self::on(listener, registry)
    }

    /// As [`Upstream::start`], where it is told to listen.
    pub(crate) fn on(listener: TcpListener, registry: u16) -> Self {
        let state = Arc::new(Mutex::new(State {
            fault: Fault::None,
            route: Route::Any,
            heard: Vec::new(),
            private: Vec::new(),
        }));
        let seen = Arc::clone(&state);
        let server = Server::on(listener, move |heard, stream| {
            let (fault, admitted) = {
                let mut state = lock(&seen);
                state.heard.push(heard.clone());
                let fault = if state.route.covers(&heard.target) {
                    state.fault
                } else {
                    Fault::None
                };
                (fault, state.admits(&heard))
            };
            answer(&heard, &stream, fault, admitted, registry);
            let _ = stream.shutdown(Shutdown::Both);
        });
        Self { server, state }
    }

    /// The setting for Pullgate's configuration.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    /// Shows a namespace's repositories from now on only to who signs in with
    /// this account, by Basic authentication.
    pub fn make_private(&self, namespace: &str, account: &Account) {
        let begin = format!("/v2/{namespace}/");
        lock(&self.state)
            .private
            .push((begin, account.authorization()));
    }

    /// Breaks some routes, or mends everything with [`Fault::None`].
    pub fn set_fault(&self, fault: Fault, route: Route) {
        let mut state = lock(&self.state);
        state.fault = fault;
        state.route = route;
    }

    /// Every request so far, as `METHOD target`.
    pub fn heard(&self) -> Vec<String> {
        self.requests().iter().map(Heard::line).collect()
    }

    /// Every request so far, with its headers.
    pub fn requests(&self) -> Vec<Heard> {
        lock(&self.state).heard.clone()
    }

    /// How many requests so far contain that text.
    pub fn heard_with(&self, text: &str) -> usize {
        lock(&self.state)
            .heard
            .iter()
            .filter(|heard| heard.line().contains(text))
            .count()
    }
}

impl State {
    fn admits(&self, heard: &Heard) -> bool {
        self.private
            .iter()
            .filter(|(begin, _)| heard.target.starts_with(begin))
            .all(|(_, authorization)| heard.header("authorization") == Some(authorization))
    }
}

impl Heard {
    fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

impl Route {
    fn covers(self, target: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Manifests => target.contains("/manifests/"),
            Self::Blobs => target.contains("/blobs/"),
        }
    }
}

fn answer(heard: &Heard, stream: &TcpStream, fault: Fault, admitted: bool, registry: u16) {
    match fault {
        Fault::Away => return,
        Fault::TooManyRequests => {
            let body = br#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#;
            return reply(
                stream,
                "429 Too Many Requests",
                &[("retry-after", "30")],
                body,
            );
        }
        Fault::Error => return reply(stream, "500 Internal Server Error", &[], b"oops"),
        Fault::Slow(wait) => std::thread::sleep(wait),
        _ => {}
    }
    if !admitted {
        return challenge(stream, &heard.method);
    }
    let mut request = ask(&heard.method, &heard.target);
    for (name, value) in &heard.headers {
        if !["connection", "host", "content-length"].contains(&name.as_str()) {
            request = request.header(name, value);
        }
    }
    // Pullgate only reads, so requests have no body to hand on.
    if let Ok(answer) = request.send(registry) {
        relay(stream, &answer, &heard.method, fault);
    }
}

/// 401, with a Basic challenge.
fn challenge(stream: &TcpStream, method: &str) {
    let body = br#"{"errors":[{"code":"UNAUTHORIZED","message":"sign in"}]}"#;
    let lines = vec![
        "www-authenticate: Basic realm=\"private\"".to_owned(),
        "content-type: application/json".to_owned(),
        format!("content-length: {}", body.len()),
    ];
    let body: &[u8] = if method == "HEAD" { b"" } else { body };
    write_answer(stream, "401 Unauthorized", lines, body);
}

fn relay(stream: &TcpStream, answer: &Answer, method: &str, fault: Fault) {
    let mut body = answer.body.clone();
    let mut length = match answer.header("content-length") {
        Some(length) => length.parse().unwrap_or(body.len()),
        None => body.len(),
    };
    match fault {
        Fault::Cut => body.truncate(body.len() / 2),
        Fault::WrongBytes => {
            if let Some(byte) = body.last_mut() {
                *byte ^= 1;
            }
        }
        Fault::LengthTooLong => length += 10,
        Fault::LengthTooShort => {
            length = length.saturating_sub(10);
            body.truncate(length);
        }
        _ => {}
    }
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.push(format!("content-length: {length}"));
    if method == "HEAD" {
        body.clear();
    }
    let status = format!("{} {}", answer.status, answer.reason);
    write_answer(stream, &status, lines, &body);
}

/// What is written anew for each connection.
const OF_THE_CONNECTION: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
