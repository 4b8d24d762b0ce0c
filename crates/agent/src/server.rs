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

/// The longest session that is taken for one, in bytes.
const LONGEST_SESSION: usize = 8 * 1024;

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
    /// It cannot be reached, or takes too long.
    #[error("{0}")]
    Unreachable(String),
    /// It cannot answer now.
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
        let answered = self.read(request, token).await;
        match &answered {
            // Whatever somebody's own session or question has brought about
            // says nothing about the server for others.
            Err(AskError::Unreachable(_)) => self.rest(),
            _ => self.rests_until.store(0, Ordering::Relaxed),
        }
        answered
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
        if !is_a_session(token) {
            return Err(AskError::SignedOut("that is no session".to_owned()));
        }
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
        let (status, body) = answered
            .await
            .map_err(|error| AskError::Unreachable(reason(&error)))?;
        if status.is_success() {
            return Ok(body);
        }
        let problem = serde_json::from_slice::<Problem>(&body).ok();
        let told = problem.map_or_else(|| format!("it answered {status}"), |told| told.message);
        Err(match status {
            StatusCode::UNAUTHORIZED => AskError::SignedOut(told),
            // Who asks too often is not decided for by what held before.
            StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                AskError::Refused(told)
            }
            // Somebody else at its address, a proxy before it, a server that
            // has to be upgraded: it cannot be asked now.
            _ => AskError::Away(told),
        })
    }

    fn rest(&self) {
        let rest = i64::try_from(REST.as_millis()).unwrap_or_default();
        let until = Timestamp::now().as_millisecond().saturating_add(rest);
        self.rests_until.store(until, Ordering::Relaxed);
    }
}

/// Whether it can stand in a request at all.
fn is_a_session(token: &Secret) -> bool {
    let token = token.expose();
    (1..=LONGEST_SESSION).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic())
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

#[cfg(test)]
mod tests {
    use pullgate_control::EngineVerb;

    use super::*;

    /// A server of which nobody listens at its address.
    fn nobody() -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        Server::new(address, Client::new(), Duration::from_secs(5))
    }

    #[tokio::test]
    async fn only_a_server_that_did_not_decide_is_given_a_rest() {
        let server = nobody();
        let rests = || server.rests_until.load(Ordering::Relaxed) > 0;
        // Anybody on the machine can bring these about.
        let long = "x".repeat(LONGEST_SESSION + 1);
        for token in ["", "a\nb", "a b", "\u{e9}", &long] {
            let told = server.bundle(&Secret::from(token.to_owned())).await;
            assert!(matches!(told, Err(AskError::SignedOut(_))), "{told:?}");
            assert!(!rests(), "{token:?}");
        }
        let session = Secret::from("aaa.bbb.ccc".to_owned());
        let told = server.bundle(&session).await;
        assert!(matches!(told, Err(AskError::Unreachable(_))), "{told:?}");
        assert!(!rests());
        let question = EngineQuestion {
            images: vec!["nginx".to_owned()],
            action: EngineVerb::Pull,
        };
        let told = server.decide(&question, &session).await;
        assert!(matches!(told, Err(AskError::Unreachable(_))), "{told:?}");
        assert!(rests());
        let told = server.decide(&question, &session).await;
        assert!(matches!(told, Err(AskError::Away(_))), "{told:?}");
    }
}
