//! The Docker Engine's authorization plugin.
//!
//! Three calls, each a `POST` of JSON: `/Plugin.Activate` asks what this is,
//! `/AuthZPlugin.AuthZReq` whether a call may be done, `/AuthZPlugin.AuthZRes`
//! whether its answer may go back. The last is always allowed: what was done
//! has been done.
//!
//! Source: Docker's documentation of access authorization plugins.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pullgate_engine::{Asked, Headers};
use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;

use crate::agent::Agent;
use crate::deciding::Answer;

/// The largest question that is read, in bytes: a body of 1 MiB in base64, and
/// headers.
const LARGEST: usize = 4 * 1024 * 1024;

const KIND: HeaderValue = HeaderValue::from_static("application/vnd.docker.plugins.v1.2+json");

/// What the Engine asks.
#[derive(Deserialize)]
struct Question {
    #[serde(rename = "RequestMethod")]
    method: String,
    #[serde(rename = "RequestUri")]
    uri: String,
    #[serde(rename = "RequestHeaders", default)]
    headers: Option<Headers>,
    /// In base64, as Go writes bytes.
    #[serde(rename = "RequestBody", default)]
    body: Option<String>,
}

/// What it is told.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    allow: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    msg: String,
}

/// Answers the Engine on one connection, until it hangs up.
pub(crate) async fn serve(agent: Arc<Agent>, stream: UnixStream) {
    let answering = service_fn(|request| {
        let agent = Arc::clone(&agent);
        async move { Ok::<_, Infallible>(answer(&agent, request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answering);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection of the Engine's has broken");
    }
}

async fn answer(agent: &Agent, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if request.method() != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    match request.uri().path() {
        "/Plugin.Activate" => json(r#"{"Implements":["authz"]}"#),
        "/AuthZPlugin.AuthZReq" => {
            agent.asked.fetch_add(1, Ordering::Relaxed);
            let answer = ask(agent, request.into_body()).await;
            let (allow, msg) = match answer {
                Answer::Allow => (true, String::new()),
                Answer::Deny(why) => (false, why),
            };
            match serde_json::to_string(&Reply { allow, msg }) {
                Ok(reply) => json(reply),
                Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
            }
        }
        "/AuthZPlugin.AuthZRes" => {
            let mut body = request.into_body();
            while let Some(Ok(_)) = body.frame().await {}
            json(r#"{"Allow":true}"#)
        }
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn ask(agent: &Agent, body: Incoming) -> Answer {
    let unreadable = || {
        let why = "the Engine's question cannot be read, and what cannot be read is denied";
        Answer::Deny(why.to_owned())
    };
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        return unreadable();
    };
    let Ok(question) = serde_json::from_slice::<Question>(&body.to_bytes()) else {
        return unreadable();
    };
    let Ok(body) = BASE64_STANDARD.decode(question.body.unwrap_or_default()) else {
        return unreadable();
    };
    agent
        .decide(&Asked {
            method: &question.method,
            uri: &question.uri,
            headers: &question.headers.unwrap_or_default(),
            body: &body,
        })
        .await
}

fn json(text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    response.headers_mut().insert(CONTENT_TYPE, KIND);
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
