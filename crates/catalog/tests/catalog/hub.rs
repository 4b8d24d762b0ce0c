//! A stand-in for the part of Docker Hub's API that says badges.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What it does with a question.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Says that the organization asked about has this badge.
    Badge(&'static str),
    /// Says something else.
    Raw {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Says nothing, and keeps the connection.
    Silence,
    /// Says that the organization has this badge, once it is let go.
    Held(&'static str),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::raw(status, &[], "")
    }

    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::raw(200, &[("content-type", "application/json")], body)
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::raw(status, &[("location", location)], "")
    }

    pub(crate) fn busy(retry_after: &str) -> Self {
        Self::raw(429, &[("retry-after", retry_after)], "")
    }

    fn raw(status: u16, headers: &[(&'static str, &str)], body: impl Into<String>) -> Self {
        Self::Raw {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            body: body.into(),
        }
    }
}

/// Docker Hub, as far as it is asked.
pub(crate) struct Hub {
    pub(crate) url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// The reply to a question about a namespace.
type Script = Box<dyn Fn(&str) -> Reply + Send>;

struct State {
    reply: Mutex<Script>,
    seen: watch::Sender<Vec<String>>,
    is_let_go: watch::Sender<bool>,
}

impl Hub {
    /// One that knows nobody.
    pub(crate) async fn start() -> Self {
        let state = Arc::new(State {
            reply: Mutex::new(Box::new(|_| Reply::status(404))),
            seen: watch::Sender::default(),
            is_let_go: watch::Sender::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answering = Arc::clone(&state);
        let app = Router::new().fallback(move |request: Request| {
            let state = Arc::clone(&answering);
            async move { state.answer(request.uri().path()).await }
        });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, state, task }
    }

    /// What it answers from now on, by namespace.
    pub(crate) fn replies(&self, reply: impl Fn(&str) -> Reply + Send + 'static) {
        *self.state.reply.lock().unwrap() = Box::new(reply);
    }

    /// What it answers everybody from now on.
    pub(crate) fn says(&self, reply: Reply) {
        self.replies(move |_| reply.clone());
    }

    /// The paths it was asked for.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.state.seen.borrow().clone()
    }

    /// How many questions there were.
    pub(crate) fn asked(&self) -> usize {
        self.state.seen.borrow().len()
    }

    /// Waits until there were that many questions.
    pub(crate) async fn until_asked(&self, times: usize) {
        let mut seen = self.state.seen.subscribe();
        seen.wait_for(|seen| seen.len() >= times).await.unwrap();
    }

    /// Lets everybody go who is held.
    pub(crate) fn let_go(&self) {
        self.state.is_let_go.send_replace(true);
    }
}

impl State {
    async fn answer(&self, path: &str) -> Response<Body> {
        self.seen.send_modify(|seen| seen.push(path.to_owned()));
        let namespace = path
            .strip_prefix("/v2/orgs/")
            .and_then(|rest| rest.strip_suffix('/'))
            .unwrap_or_default();
        let reply = (self.reply.lock().unwrap())(namespace);
        match reply {
            Reply::Badge(badge) => organization(namespace, badge),
            Reply::Silence => std::future::pending().await,
            Reply::Held(badge) => {
                let mut is_let_go = self.is_let_go.subscribe();
                is_let_go.wait_for(|is_let_go| *is_let_go).await.unwrap();
                organization(namespace, badge)
            }
            Reply::Raw {
                status,
                headers,
                body,
            } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
        }
    }
}

fn organization(name: &str, badge: &str) -> Response<Body> {
    let body = format!(
        r#"{{"id":"1","orgname":"{name}","full_name":"","type":"Organization","badge":"{badge}","is_active":true}}"#
    );
    Response::builder()
        .status(StatusCode::OK)
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap()
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.task.abort();
    }
}
