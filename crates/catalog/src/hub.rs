//! Asking Docker Hub.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pullgate_policy::Badge;
use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::settings::Settings;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// A client of the part of Docker Hub's API that says who a namespace is.
#[derive(Clone, Debug)]
pub struct HubClient {
    base_url: String,
    http: reqwest::Client,
}

/// Why Docker Hub gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// The client cannot be made.
    #[error("Docker Hub's API cannot be asked at {url:?}: {reason}")]
    Address {
        /// The base address that was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It cannot be reached, or fails.
    #[error("Docker Hub's API is away: {0}")]
    Away(String),
    /// It wants fewer questions.
    #[error("Docker Hub's API asks for fewer requests")]
    Throttled {
        /// How long it wants to be left alone, if it says so.
        retry_after: Option<Duration>,
    },
    /// It answers what makes no sense.
    #[error("Docker Hub's API gave an answer that cannot be used: {0}")]
    Senseless(String),
}

/// What is read of `GET /v2/orgs/{namespace}/`.
#[derive(Deserialize)]
struct Organization {
    orgname: Option<String>,
    badge: Option<String>,
}

impl HubClient {
    /// A client of the API at that base address (`https://hub.docker.com`).
    pub fn new(base_url: &str, settings: &Settings) -> Result<Self, HubError> {
        let unusable = |reason: String| HubError::Address {
            url: base_url.to_owned(),
            reason,
        };
        let base_url = base_url.trim_end_matches('/');
        let parsed = reqwest::Url::parse(base_url).map_err(|error| unusable(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(unusable(
                "it must begin with https:// or http://".to_owned(),
            ));
        }
        // A redirect is an answer here: it says that the namespace is a
        // person's.
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(settings.ask_timeout)
            .user_agent(concat!("pullgate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            base_url: base_url.to_owned(),
            http,
        })
    }

    /// Asks which badge a namespace has.
    pub(crate) async fn badge(&self, namespace: &str) -> Result<Badge, HubError> {
        let encoded = utf8_percent_encode(namespace, NON_ALPHANUMERIC);
        let url = format!("{}/v2/orgs/{encoded}/", self.base_url);
        // The error's own text names the address, which is no secret.
        let answer = self.http.get(url).send().await.map_err(away)?;
        match answer.status() {
            StatusCode::OK => read(namespace, answer).await,
            // Neither an organization nor a person: nobody's images.
            StatusCode::NOT_FOUND => Ok(Badge::None),
            StatusCode::TOO_MANY_REQUESTS => Err(HubError::Throttled {
                retry_after: seconds(&answer),
            }),
            status if status.is_redirection() => person(&answer),
            status if status.is_server_error() => {
                Err(HubError::Away(format!("it answers {status}")))
            }
            status => Err(HubError::Senseless(format!("it answers {status}"))),
        }
    }
}

async fn read(namespace: &str, answer: Response) -> Result<Badge, HubError> {
    let body = bounded(answer).await?;
    let organization: Organization =
        serde_json::from_slice(&body).map_err(|error| HubError::Senseless(error.to_string()))?;
    let other = organization
        .orgname
        .filter(|name| !name.eq_ignore_ascii_case(namespace));
    if let Some(other) = other {
        return Err(HubError::Senseless(format!(
            "asked about {namespace:?}, it speaks of {other:?}"
        )));
    }
    match organization.badge.as_deref() {
        None | Some("" | "none") => Ok(Badge::None),
        Some("verified_publisher") => Ok(Badge::VerifiedPublisher),
        Some("open_source") => Ok(Badge::SponsoredOss),
        Some(word) => Err(HubError::Senseless(format!("it has a badge {word:?}"))),
    }
}

/// A person's namespace answers with a redirect to `/v2/users/…`.
fn person(answer: &Response) -> Result<Badge, HubError> {
    let location = answer
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if location.contains("/v2/users/") {
        Ok(Badge::None)
    } else {
        Err(HubError::Senseless(
            "it redirects to somewhere else".to_owned(),
        ))
    }
}

async fn bounded(mut answer: Response) -> Result<Vec<u8>, HubError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(away)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(HubError::Senseless(format!(
                "it is larger than {MAX_ANSWER} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn away(error: reqwest::Error) -> HubError {
    HubError::Away(if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else {
        error.to_string()
    })
}

fn seconds(answer: &Response) -> Option<Duration> {
    let value = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
