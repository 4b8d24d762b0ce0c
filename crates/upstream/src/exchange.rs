//! One request to the upstream, with what it takes to get an answer:
//! challenges and redirects.

use std::time::Duration;

use http::header::{ACCEPT_ENCODING, AUTHORIZATION, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use pullgate_reference::Repository;
use reqwest::Client;
use url::{Host, Url};

use crate::address::not_public;
use crate::answer::{Answer, From, Setting, refused, unanswered};
use crate::challenge::{Challenge, challenge};
use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::grants::Grant;
use crate::origin::{entry_for, host_of, shown};
use crate::upstream::Upstream;

/// How many redirects are followed for one request.
const REDIRECTS: usize = 5;

/// How long an answer that is held in memory may take as a whole.
pub(crate) const SMALL_ANSWER: Duration = Duration::from_mins(1);

/// A request, before it is known which credentials it needs.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) answer: Size,
}

/// What answer is expected.
#[derive(Clone, Copy)]
pub(crate) enum Size {
    /// One that is held in memory.
    Small,
    /// One that is handed on as it comes, however long it takes.
    Streamed,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url, answer: Size) -> Self {
        let mut headers = HeaderMap::new();
        // The digest is that of the plain bytes.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Self {
            method,
            url,
            headers,
            answer,
        }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Size::Small)
    }

    pub(crate) fn head(url: Url) -> Self {
        Self::new(Method::HEAD, url, Size::Small)
    }
}

impl Upstream {
    /// Sends a request that is about `repository`, answers the upstream's
    /// challenge if there is one, and follows redirects. The answer's status is
    /// still to be checked.
    pub(crate) async fn ask(
        &self,
        request: &Request,
        repository: &Repository,
        credentials: &Credentials,
    ) -> Result<Answer, UpstreamError> {
        let answer = self.ask_it(request, repository, credentials).await;
        self.last_seen.note(self.now(), &answer);
        answer
    }

    async fn ask_it(
        &self,
        request: &Request,
        repository: &Repository,
        credentials: &Credentials,
    ) -> Result<Answer, UpstreamError> {
        let key = (credentials.key(), repository.clone());
        let kept = self.grants.current(&key, self.now()).await;
        let answer = self.follow(request, kept.as_deref()).await?;
        if !answer.is_challenge() {
            return Ok(answer);
        }
        if let Some(refused) = kept {
            self.grants.forget(&key, &refused).await;
            if matches!(*refused, Grant::Basic { .. }) {
                // Sending a wrong password again locks accounts.
                return Err(UpstreamError::Denied);
            }
        }
        let challenge = challenge(answer.headers())
            .map_err(|error| UpstreamError::invalid(error.to_string()))?;
        drop(answer);
        let obtain = self.answer_challenge(&challenge, repository, credentials);
        let grant = self.grants.obtain(key.clone(), obtain).await?;
        let answer = self.follow(request, Some(&grant)).await?;
        if answer.is_challenge() {
            self.grants.forget(&key, &grant).await;
            return Err(UpstreamError::Denied);
        }
        Ok(answer)
    }

    async fn answer_challenge(
        &self,
        challenge: &Challenge,
        repository: &Repository,
        credentials: &Credentials,
    ) -> Result<Grant, UpstreamError> {
        match (challenge, credentials) {
            (Challenge::Bearer { realm, service }, _) => {
                self.token(realm, service.as_deref(), repository, credentials)
                    .await
            }
            (Challenge::Basic, Credentials::Login(login)) => {
                let header = login.basic().ok_or(UpstreamError::Denied)?;
                Ok(Grant::Basic { header })
            }
            (Challenge::Basic, Credentials::Anonymous) => Err(UpstreamError::Denied),
        }
    }

    /// Sends a request and follows redirects by hand. The grant is sent as long
    /// as the origin stays the upstream's; once it was left out, it stays out.
    async fn follow(
        &self,
        request: &Request,
        grant: Option<&Grant>,
    ) -> Result<Answer, UpstreamError> {
        let mut url = request.url.clone();
        let mut grant = grant;
        let mut from = From::Upstream;
        for _ in 0..=REDIRECTS {
            let mut sending = self
                .client_for(&url)?
                .request(request.method.clone(), url.clone())
                .headers(request.headers.clone());
            if let Size::Small = request.answer {
                sending = sending.timeout(SMALL_ANSWER);
            }
            if let Some(grant) = grant {
                sending = sending.header(AUTHORIZATION, grant.header().clone());
            }
            let response = sending
                .send()
                .await
                .map_err(|error| unanswered(error, &url, Setting::Redirects))?;
            if !is_redirect(response.status()) {
                return Ok(Answer::new(response, from));
            }
            url = self.next_hop(&url, response.headers())?;
            if url.origin() != self.base.origin() || matches!(from, From::Elsewhere(_)) {
                grant = None;
                from = From::Elsewhere(shown(&url));
            }
        }
        Err(UpstreamError::invalid(format!(
            "it redirects more than {REDIRECTS} times"
        )))
    }

    /// Where a redirect leads to, if its scheme and form are acceptable.
    fn next_hop(&self, current: &Url, headers: &HeaderMap) -> Result<Url, UpstreamError> {
        let location = headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(|| UpstreamError::invalid("it redirects without saying where to"))?;
        let mut next = current
            .join(location)
            .map_err(|_| UpstreamError::invalid("it redirects to what is not an address"))?;
        next.set_fragment(None);
        match next.scheme() {
            "https" => {}
            "http" if self.base.scheme() == "http" => {}
            _ => {
                return Err(UpstreamError::refused(format!(
                    "it redirects to {}, which does not use https; no setting permits that",
                    shown(&next)
                )));
            }
        }
        if !next.username().is_empty() || next.password().is_some() {
            return Err(UpstreamError::refused(
                "it redirects to an address that holds a user name or password; \
                 no setting permits that",
            ));
        }
        Ok(next)
    }

    /// The client for a host: one for what the configuration names, one that
    /// connects to public addresses alone for everything else.
    fn client_for(&self, url: &Url) -> Result<&Client, UpstreamError> {
        if url.origin() == self.base.origin() || self.redirects.iter().any(|one| one.matches(url)) {
            return Ok(&self.clients.trusted);
        }
        self.guarded_client(url, Setting::Redirects)
    }

    /// The client that connects to public addresses alone. Addresses written as
    /// numbers never come to the resolver, so they are checked here.
    pub(crate) fn guarded_client(
        &self,
        url: &Url,
        setting: Setting,
    ) -> Result<&Client, UpstreamError> {
        let class = match host_of(url) {
            Some(Host::Ipv4(address)) => not_public(address.into()),
            Some(Host::Ipv6(address)) => not_public(address.into()),
            Some(Host::Domain(name)) if self.clients.proxies.contains(&name) => {
                return Err(UpstreamError::refused(format!(
                    "it leads to {}, which is the outgoing proxy",
                    entry_for(url)
                )));
            }
            // Whatever a resolver makes of it (RFC 6761, 6.3).
            Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
                Some("loopback")
            }
            Some(Host::Domain(_)) => None,
            None => Some("missing"),
        };
        match class {
            Some(class) => Err(refused(url, class, setting)),
            None => Ok(&self.clients.guarded),
        }
    }
}

/// 304 is an answer, and 300 has no one place to go to.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
