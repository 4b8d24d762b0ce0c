//! Docker Hub's API, of which one question is asked.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use pullgate_policy::Badge;
use reqwest::header::{ACCEPT, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::{Host, Url};

use crate::organization;
use crate::settings::Settings;

/// The longest answer that is read. An organization's is below one KiB.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Asks Docker Hub's API which badge a namespace has. Nothing is sent that says
/// who asks.
#[derive(Clone)]
pub struct HubClient {
    base: Url,
    http: Client,
}

impl HubClient {
    /// A client of the API at a base address, `https://hub.docker.com`.
    ///
    /// Without TLS whoever is on the way can make anybody a verified publisher;
    /// `http` is for stand-ins, and is said in the log unless it stays on this
    /// machine.
    pub fn new(base: &str, settings: &Settings) -> Result<Self, AddressError> {
        let base = read_address(base)?;
        let mut http = Client::builder()
            .user_agent(concat!("pullgate/", env!("CARGO_PKG_VERSION")))
            // A redirect is an answer: it says that the namespace is a person.
            .redirect(Policy::none())
            .referer(false)
            .https_only(base.scheme() == "https")
            .connect_timeout(settings.ask_timeout)
            .timeout(settings.ask_timeout);
        if is_this_machine(&base) {
            http = http.no_proxy();
        } else if base.scheme() == "http" {
            tracing::warn!(
                host = base.host_str(),
                "Docker Hub's API is asked without TLS: whoever is on the way can make anybody a verified publisher; use an https address"
            );
        }
        let http = http
            .build()
            .map_err(|error| AddressError::Client(root_cause(error)))?;
        Ok(Self { base, http })
    }

    /// The badge that Docker Hub says a namespace has; never
    /// [`Badge::Unknown`].
    pub(crate) async fn badge(&self, namespace: &str) -> Result<Badge, AskError> {
        let response = self
            .http
            .get(self.address_of(namespace))
            .header(ACCEPT, "application/json")
            .send()
            .await?;
        match response.status() {
            StatusCode::OK => organization::badge(&read_bounded(response).await?, namespace),
            // No organization of that name: a person, or nobody.
            StatusCode::NOT_FOUND => Ok(Badge::None),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => self.badge_of_redirected(&response),
            StatusCode::TOO_MANY_REQUESTS => Err(AskError::TooManyRequests {
                wait: seconds_to_wait(&response),
            }),
            other => Err(AskError::Status(other)),
        }
    }

    fn address_of(&self, namespace: &str) -> Url {
        let mut address = self.base.clone();
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().extend(["v2", "orgs", namespace, ""]);
        }
        address
    }

    /// A person's namespace is answered with the way to the person.
    fn badge_of_redirected(&self, response: &Response) -> Result<Badge, AskError> {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| response.url().join(location).ok())
            .ok_or(AskError::Redirect)?;
        let prefix = format!("{}/v2/users/", self.base.path().trim_end_matches('/'));
        let leads_to_person =
            location.path().starts_with(&prefix) || location.path().starts_with("/v2/users/");
        if leads_to_person {
            Ok(Badge::None)
        } else {
            Err(AskError::Redirect)
        }
    }
}

impl fmt::Debug for HubClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HubClient")
            .field(&self.base.as_str())
            .finish()
    }
}

/// Why Docker Hub's API cannot be asked at an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The address cannot be used. The text holds no part of it.
    #[error(
        "the address of Docker Hub's API is not usable: {0}; write it as https://hub.docker.com"
    )]
    Address(String),
    /// No HTTP client can be made.
    #[error("Docker Hub's API cannot be asked from here: {0}")]
    Client(String),
}

fn read_address(text: &str) -> Result<Url, AddressError> {
    let address = Url::parse(text).map_err(|error| AddressError::Address(error.to_string()))?;
    let wrong = if !matches!(address.scheme(), "https" | "http") {
        "it begins with neither https nor http"
    } else if !address.username().is_empty() || address.password().is_some() {
        "it holds a user or a password, which is not used here"
    } else if address.query().is_some() || address.fragment().is_some() {
        "it has a query or a fragment"
    } else {
        return Ok(address);
    };
    Err(AddressError::Address(wrong.to_owned()))
}

fn is_this_machine(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

async fn read_bounded(mut response: Response) -> Result<Vec<u8>, AskError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(AskError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn seconds_to_wait(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Why there is no answer. For the log: no text of the server's is in it
/// without bounds, and no address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it did not answer in time")]
    TimedOut,
    #[error("too many questions are waiting already")]
    Busy,
    #[error("it was asked too often")]
    TooManyRequests {
        /// For how long it wants to be left in peace, if it said so.
        wait: Option<Duration>,
    },
    #[error("it answered with the status {0}")]
    Status(StatusCode),
    #[error("it answered with a redirect that does not lead to a person")]
    Redirect,
    #[error("its answer is longer than {LONGEST_ANSWER} bytes")]
    TooLarge,
    #[error("its answer is not the JSON of an organization")]
    Unreadable,
    #[error("its answer is about another organization")]
    OtherOrganization,
    #[error("it says a badge that is not known here: {0}")]
    UnknownBadge(String),
}

impl From<reqwest::Error> for AskError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Unreachable(root_cause(error))
        }
    }
}

/// What is at the bottom of an error, which says the most in the fewest words.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_below_the_base_address() {
        for (base, address) in [
            (
                "https://hub.docker.com",
                "https://hub.docker.com/v2/orgs/bitnami/",
            ),
            (
                "https://hub.docker.com/",
                "https://hub.docker.com/v2/orgs/bitnami/",
            ),
            (
                "https://acme.example/hub/",
                "https://acme.example/hub/v2/orgs/bitnami/",
            ),
        ] {
            let hub = HubClient::new(base, &Settings::default()).unwrap();
            assert_eq!(hub.address_of("bitnami").as_str(), address);
        }
        let hub = HubClient::new("https://hub.docker.com", &Settings::default()).unwrap();
        assert_eq!(
            hub.address_of("a/../b?c").path(),
            "/v2/orgs/a%2F..%2Fb%3Fc/"
        );
    }

    #[test]
    fn refuses_an_address_without_repeating_it() {
        for (address, part) in [
            ("", "https://hub.docker.com"),
            ("hub.docker.com", "https://hub.docker.com"),
            ("ftp://hub.docker.com", "neither https nor http"),
            (
                "https://robot:hunter2@hub.docker.com",
                "a user or a password",
            ),
            ("https://hub.docker.com?key=hunter2", "a query"),
        ] {
            let error = HubClient::new(address, &Settings::default())
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
