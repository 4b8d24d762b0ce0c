use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::server::{Heard, Server, reply, write_answer};
use crate::wire::{Answer, ask};

/// What stands between the gateway and the registry: it writes down every
/// request, and breaks answers in the ways that upstreams really do.
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
    heard: Vec<String>,
}

impl Upstream {
    /// Stands before the registry on that port.
    pub fn start(registry: u16) -> Self {
        let state = Arc::new(Mutex::new(State {
            fault: Fault::None,
            route: Route::Any,
            heard: Vec::new(),
        }));
        let seen = Arc::clone(&state);
        let server = Server::start(move |heard, stream| {
            let fault = {
                let mut state = lock(&seen);
                state
                    .heard
                    .push(format!("{} {}", heard.method, heard.target));
                if state.route.covers(&heard.target) {
                    state.fault
                } else {
                    Fault::None
                }
            };
            answer(&heard, &stream, fault, registry);
            let _ = stream.shutdown(Shutdown::Both);
        });
        Self { server, state }
    }

    /// The setting for Pullgate's configuration.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    /// Breaks some routes, or mends everything with [`Fault::None`].
    pub fn set_fault(&self, fault: Fault, route: Route) {
        let mut state = lock(&self.state);
        state.fault = fault;
        state.route = route;
    }

    /// Every request so far, as `METHOD target`.
    pub fn heard(&self) -> Vec<String> {
        lock(&self.state).heard.clone()
    }

    /// How many requests so far contain that text.
    pub fn heard_with(&self, text: &str) -> usize {
        lock(&self.state)
            .heard
            .iter()
            .filter(|heard| heard.contains(text))
            .count()
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

fn answer(heard: &Heard, stream: &TcpStream, fault: Fault, registry: u16) {
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
