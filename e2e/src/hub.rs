use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::server::{Server, reply};

/// A stand-in for Docker Hub's namespace API, which is where the categories
/// of verified publishers and sponsored OSS come from.
///
/// It knows `bitnami` (verified publisher), `sponsored` (open source), `evil`
/// and `acme` (no badge), `docker-person` (a person) and nobody else.
#[derive(Debug)]
pub struct Hub {
    server: Server,
    state: Arc<Mutex<State>>,
}

/// What is wrong with the API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HubFault {
    /// Nothing.
    None,
    /// It answers 500 to everything.
    Error,
    /// It answers 429 to everything.
    TooManyRequests,
    /// It answers with a page that is not JSON.
    Nonsense,
    /// It lets everybody wait for that long.
    Slow(Duration),
    /// It closes every connection without a word.
    Away,
}

#[derive(Debug)]
struct State {
    fault: HubFault,
    asked: Vec<String>,
}

impl Hub {
    /// Starts on a free port, without a fault.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            fault: HubFault::None,
            asked: Vec::new(),
        }));
        let seen = Arc::clone(&state);
        let server = Server::start(move |heard, stream| {
            let fault = {
                let mut state = lock(&seen);
                state.asked.push(heard.target.clone());
                state.fault
            };
            match fault {
                HubFault::None => {}
                HubFault::Error => return reply(&stream, "500 Internal Server Error", &[], b""),
                HubFault::TooManyRequests => {
                    return reply(
                        &stream,
                        "429 Too Many Requests",
                        &[("retry-after", "60")],
                        b"",
                    );
                }
                HubFault::Nonsense => return reply(&stream, "200 OK", &[], b"<html>maintenance"),
                HubFault::Slow(wait) => std::thread::sleep(wait),
                HubFault::Away => return,
            }
            let (status, location, body) = answer(&heard.target);
            let mut headers = vec![("content-type", "application/json")];
            if let Some(location) = location.as_deref() {
                headers.push(("location", location));
            }
            reply(&stream, status, &headers, body.as_bytes());
        });
        Self { server, state }
    }

    /// The setting for Pullgate's configuration.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    /// Breaks it, or mends it.
    pub fn set_fault(&self, fault: HubFault) {
        lock(&self.state).fault = fault;
    }

    /// How often it was asked about a namespace.
    pub fn asked_about(&self, namespace: &str) -> usize {
        let component = format!("/{namespace}");
        lock(&self.state)
            .asked
            .iter()
            .filter(|target| {
                let path = target.split('?').next().unwrap_or_default();
                path.trim_end_matches('/').ends_with(&component)
            })
            .count()
    }
}

fn answer(target: &str) -> (&'static str, Option<String>, String) {
    let path = target.split('?').next().unwrap_or_default();
    let namespace = path
        .strip_prefix("/v2/orgs/")
        .unwrap_or_default()
        .trim_end_matches('/');
    let organization = |badge: &str| {
        (
            "200 OK",
            None,
            format!(
                r#"{{"orgname":"{namespace}","full_name":"","badge":"{badge}","is_active":true,"type":"Organization"}}"#
            ),
        )
    };
    match namespace {
        "bitnami" => organization("verified_publisher"),
        "sponsored" => organization("open_source"),
        "evil" | "acme" => organization(""),
        "docker-person" => (
            "308 Permanent Redirect",
            Some(format!("/v2/users/{namespace}/")),
            String::new(),
        ),
        _ if path == "/v2/users/docker-person/" => (
            "200 OK",
            None,
            r#"{"username":"docker-person","type":"User"}"#.to_owned(),
        ),
        _ => (
            "404 Not Found",
            None,
            r#"{"message":"object not found","errinfo":{}}"#.to_owned(),
        ),
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
