//! The gateway: one request in, one answer out.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body::Body;
use pullgate_access::{Action, Checked, Door, Pull};
use pullgate_cache::Cache;
use pullgate_identity::{Identity, Subject};
use pullgate_reference::{Repository, Target};
use pullgate_upstream::Upstreams;

use crate::authorization::Authorization;
use crate::challenge::{Because, SERVICE, challenge};
use crate::content::Content;
use crate::naming;
use crate::place::Place;
use crate::problem::{Code, Problem};
use crate::query::Query;
use crate::reply::{Reply, ReplyBody};
use crate::route::{Resource, Route};
use crate::settings::GatewaySettings;

/// How a connection came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The client's address.
    pub address: IpAddr,
    /// Whether the connection is encrypted.
    pub scheme: Scheme,
}

/// Whether a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// It is not.
    Http,
    /// It is.
    Https,
}

/// What container clients talk to.
pub struct Gateway {
    pub(crate) identity: Arc<Identity>,
    pub(crate) content: Content,
    pub(crate) settings: GatewaySettings,
    door: Arc<Door>,
    upstreams: Upstreams,
}

/// A request without its body, and where it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'r> {
    pub(crate) method: &'r Method,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) query: Query<'r>,
    /// The host that the request is for, if it can stand in a header.
    pub(crate) host: Option<&'r str>,
    pub(crate) peer: Peer,
}

impl Arrival<'_> {
    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A pull that the door lets pass, and the place to serve it from.
#[derive(Debug)]
pub(crate) struct Permitted {
    pub(crate) checked: Checked,
    pub(crate) place: Place,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Gateway")
            .field("upstreams", &self.upstreams)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway to those upstreams.
    pub fn new(
        door: Arc<Door>,
        identity: Arc<Identity>,
        upstreams: Upstreams,
        cache: Cache,
        settings: GatewaySettings,
    ) -> Self {
        Self {
            identity,
            content: Content::new(cache, settings.tag_fresh_for),
            settings,
            door,
            upstreams,
        }
    }

    /// Answers one request. Never fails: what goes wrong is an answer too.
    pub async fn handle<B>(&self, request: Request<B>, peer: Peer) -> Reply
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let (head, body) = request.into_parts();
        let arrival = Arrival {
            method: &head.method,
            headers: &head.headers,
            query: Query::new(head.uri.query().unwrap_or_default()),
            host: host(&head.headers, &head.uri),
            peer,
        };
        let answer = match Route::of(&head.method, head.uri.path()) {
            Route::Base => self.base(&arrival),
            Route::Token => self
                .token(&arrival, body)
                .await
                .map_err(Problem::of_token_service),
            Route::Keys => self.keys(&arrival),
            Route::Repository { name, resource } => {
                self.repository(&arrival, name, &resource).await
            }
            Route::Catalog => Err(Problem::new(
                Code::Unsupported,
                "this gateway lists no repositories: it serves those of many registries. Name the one to pull",
            )),
            Route::Change => Err(Problem::new(
                Code::Unsupported,
                "this gateway serves pulls alone. Push to the registry itself",
            )),
            Route::Unknown => Err(Problem::new(
                Code::NameUnknown,
                "there is nothing at this address: the registry API begins at /v2/",
            )),
        };
        let mut reply = answer.unwrap_or_else(Problem::into_reply);
        reply.headers_mut().insert(
            "docker-distribution-api-version",
            HeaderValue::from_static("registry/2.0"),
        );
        reply
    }

    /// `/v2/`: every client asks here first, or never.
    fn base(&self, arrival: &Arrival<'_>) -> Result<Reply, Problem> {
        self.subject(arrival, None)?;
        let mut reply = Reply::new(ReplyBody::from(bytes::Bytes::from_static(b"{}")));
        reply.headers_mut().insert(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Ok(reply)
    }

    async fn repository(
        &self,
        arrival: &Arrival<'_>,
        name: &str,
        resource: &Resource<'_>,
    ) -> Result<Reply, Problem> {
        let repository = naming::repository(
            name,
            arrival.query,
            arrival.host,
            &self.settings.virtual_hosts,
        )
        .map_err(|error| Problem::new(Code::NameInvalid, format!("invalid name: {error}")))?;
        let subject = self.subject(arrival, Some(name))?;
        match *resource {
            Resource::Manifest(reference) => {
                let target = reference
                    .parse()
                    .map_err(|error| invalid(reference, &error))?;
                self.manifest(arrival, &subject, &repository, &target).await
            }
            Resource::Blob(digest) => {
                let digest = digest.parse().map_err(|error| {
                    Problem::new(Code::DigestInvalid, format!("invalid digest: {error}"))
                })?;
                self.blob(arrival, &subject, &repository, digest).await
            }
            Resource::Tags => self.tags(arrival, &subject, &repository, name).await,
            Resource::Referrers(digest) => {
                let digest = digest.parse().map_err(|error| {
                    Problem::new(Code::DigestInvalid, format!("invalid digest: {error}"))
                })?;
                self.referrers(arrival, &subject, &repository, &digest)
                    .await
            }
        }
    }

    /// Who asks, by the bearer token. Without a good one a client is told
    /// where to get one.
    fn subject(
        &self,
        arrival: &Arrival<'_>,
        repository_name: Option<&str>,
    ) -> Result<Subject, Problem> {
        let (because, message) = match Authorization::of(arrival.headers) {
            Authorization::Bearer(token) => match self.identity.verify_bearer(token, SERVICE) {
                // Where a request comes from is no property of a token: it is
                // looked at again, so that no token leaves an opened network.
                Ok(Subject::Stranger) => return Ok(self.nobody(arrival)),
                Ok(subject) => return Ok(subject),
                Err(error) => (
                    Because::BadToken,
                    format!("the token is not accepted: {error}"),
                ),
            },
            Authorization::None | Authorization::Basic { .. } | Authorization::Unreadable => {
                (Because::NoToken, "authentication required".to_owned())
            }
        };
        let problem = Problem::new(Code::Unauthorized, message);
        let public_url = self.settings.public_url.as_deref();
        Err(
            match challenge(arrival, public_url, repository_name, because) {
                Some(challenge) => problem.challenge(challenge),
                None => problem.with_status(StatusCode::BAD_REQUEST),
            },
        )
    }

    /// Asks the door. Every route that serves anything of a repository goes
    /// through here before it looks for content.
    pub(crate) async fn permit(
        &self,
        arrival: &Arrival<'_>,
        subject: &Subject,
        repository: &Repository,
        action: Action,
        target: Option<&Target>,
    ) -> Result<Permitted, Problem> {
        let pull = Pull {
            repository,
            action,
            target,
            client: arrival.header(http::header::USER_AGENT).unwrap_or_default(),
            address: arrival.peer.address,
        };
        let checked = self.door.check(subject, &pull).await;
        if !checked.permits() {
            return Err(Problem::denied(&checked, self.settings.console.as_deref()));
        }
        let place = Place::of(&checked, &self.upstreams, &self.settings)?;
        Ok(Permitted { checked, place })
    }
}

/// The host that a request is for. What a client may put there goes into a
/// quoted string of a header, so it is held to what a host can be.
fn host<'r>(headers: &'r HeaderMap, uri: &'r http::Uri) -> Option<&'r str> {
    let host = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => headers.get(HOST)?.to_str().ok()?,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.len() <= 255 && host.bytes().all(plain)).then_some(host)
}

fn invalid(reference: &str, error: &pullgate_reference::NameError) -> Problem {
    if reference.contains(':') {
        Problem::new(Code::DigestInvalid, format!("invalid digest: {error}"))
    } else {
        Problem::new(Code::TagInvalid, format!("invalid tag: {error}"))
    }
}
