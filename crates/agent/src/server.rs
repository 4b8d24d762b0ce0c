//! The server, as the agent asks it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use pullgate_control::{
    EngineDecisions, EngineQuestion, EngineReport, EngineReports, MachineBundle, RenewedSession,
};
use pullgate_identity::Secret;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// For how long nobody waits again for a server that did not answer.
const REST: Duration = Duration::from_secs(2);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// The server that decides.
#[derive(Debug)]
pub(crate) struct Server {
    address: String,
    client: Client,
    patience: Duration,
    /// Until when it is taken to be away, in milliseconds since 1970.
    rests_until: AtomicI64,
}

/// Why the server did not answer as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// It cannot be reached, or cannot answer now.
    #[error("{0}")]
    Away(String),
    /// The session is worth nothing any more.
    #[error("{0}")]
    SignedOut(String),
    /// It does not answer that, and never will.
    #[error("{0}")]
    Refused(String),
}

/// What it says when it does not do what it was asked.
#[derive(Deserialize)]
struct Problem {
    message: String,
}

impl Server {
    pub(crate) fn new(address: String, client: Client, patience: Duration) -> Self {
        Self {
            address,
            client,
            patience,
            rests_until: AtomicI64::new(0),
        }
    }

    /// Its address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Decides, unless it has only just not answered: of many calls one waits
    /// for a server that is away, and not each.
    pub(crate) async fn decide(
        &self,
        question: &EngineQuestion,
        token: &Secret,
    ) -> Result<EngineDecisions, AskError> {
        if Timestamp::now().as_millisecond() < self.rests_until.load(Ordering::Relaxed) {
            return Err(AskError::Away("it did not answer just now".to_owned()));
        }
        let request = self.post("/api/v1/agent/decide").json(question);
        self.read(request, token).await
    }

    /// What decides while it is away.
    pub(crate) async fn bundle(&self, token: &Secret) -> Result<MachineBundle, AskError> {
        let url = format!("{}/api/v1/agent/bundle", self.address);
        self.read(self.client.get(url), token).await
    }

    /// A new session in the place of this one.
    pub(crate) async fn renew(&self, token: &Secret) -> Result<Secret, AskError> {
        let renewed: RenewedSession = self.read(self.post("/api/v1/agent/session"), token).await?;
        Ok(Secret::from(renewed.token))
    }

    /// Takes in what was decided while it was away.
    pub(crate) async fn report(
        &self,
        reports: Vec<EngineReport>,
        token: &Secret,
    ) -> Result<(), AskError> {
        let request = self.post("/api/v1/agent/reports");
        let request = request.json(&EngineReports { reports });
        self.ask(request, token).await.map(drop)
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    async fn read<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        token: &Secret,
    ) -> Result<T, AskError> {
        let body = self.ask(request, token).await?;
        serde_json::from_slice(&body)
            .map_err(|_| AskError::Away("it does not answer as Pullgate does".to_owned()))
    }

    async fn ask(&self, request: RequestBuilder, token: &Secret) -> Result<Vec<u8>, AskError> {
        let asked = request.timeout(self.patience).bearer_auth(token.expose());
        let answered = async {
            let mut response = asked.send().await?;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > LONGEST {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((response.status(), body))
        };
        let (status, body) = answered.await.map_err(|error| {
            self.rest();
            AskError::Away(reason(&error))
        })?;
        if status.is_success() {
            self.rests_until.store(0, Ordering::Relaxed);
            return Ok(body);
        }
        let problem = serde_json::from_slice::<Problem>(&body).ok();
        let told = problem.map_or_else(|| format!("it answered {status}"), |told| told.message);
        Err(match status {
            StatusCode::UNAUTHORIZED => AskError::SignedOut(told),
            StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => AskError::Refused(told),
            // Somebody else at its address, a proxy before it, a server that
            // has to be upgraded: it cannot be asked now.
            _ => {
                self.rest();
                AskError::Away(told)
            }
        })
    }

    fn rest(&self) {
        let rest = i64::try_from(REST.as_millis()).unwrap_or_default();
        let until = Timestamp::now().as_millisecond().saturating_add(rest);
        self.rests_until.store(until, Ordering::Relaxed);
    }
}

/// The innermost cause, which says most.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
