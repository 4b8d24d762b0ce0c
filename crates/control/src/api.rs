//! From a request to its answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use pullgate_admin::Admin;
use pullgate_identity::Identity;

use crate::authorized;
use crate::problem::Problem;
use crate::rate::{RateLimit, Rates};
use crate::{hub, openapi};

/// The largest body of a request, in bytes, unless its handler allows more.
const MAX_BODY: usize = 64 * 1024;

/// How long a request may take to arrive and to be answered; a streamed
/// answer may go on after that.
const LONGEST: Duration = Duration::from_mins(1);

/// Who is at the other end of a connection; goes with each request as an
/// extension.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// The address that asks.
    pub address: IpAddr,
}

/// The API for people and tools.
#[derive(Clone, Debug)]
pub struct Control {
    router: Router,
    identity: Arc<Identity>,
    rates: Arc<Rates>,
}

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) admin: Admin,
    pub(crate) identity: Arc<Identity>,
    /// Where people reach this, without a trailing slash.
    pub(crate) console: Option<Arc<str>>,
}

impl Shared {
    /// The address that stands before the paths of other pages: where people
    /// reach this, if that is configured.
    pub(crate) fn base(&self) -> &str {
        self.console.as_deref().unwrap_or_default()
    }
}

impl Control {
    /// The API over those parts. `console` is the address at which people
    /// reach it, without a trailing slash.
    pub fn new(
        admin: Admin,
        identity: Arc<Identity>,
        console: Option<String>,
        rate: RateLimit,
    ) -> Self {
        let (router, document) = openapi::operations().split_for_parts();
        let document = openapi::complete(document);
        let router = router
            .merge(openapi::routes(&document))
            .merge(hub::not_ours())
            .fallback(nothing_here)
            .method_not_allowed_fallback(other_method)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Shared {
                admin,
                identity: Arc::clone(&identity),
                console: console.map(Into::into),
            });
        Self {
            router,
            identity,
            rates: Arc::new(Rates::new(rate)),
        }
    }

    /// Answers one request. Never fails: what goes wrong is an answer too.
    pub async fn handle<B>(&self, request: Request<B>, client: Client) -> Response<Body>
    where
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let mut request = request.map(Body::new);
        without_trailing_slash(request.uri_mut());
        let session = authorized::session(&self.identity, request.headers());
        let counted = self.rates.count(&session, client.address);
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(session);
        let mut response = match counted.refused() {
            Some(wait) => Problem::too_many_requests(wait).into_response(),
            None => self.answer(request).await,
        };
        counted.tell(response.headers_mut());
        response
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let mut router = self.router.clone();
        let answer = tower_service::Service::call(&mut router, request);
        match tokio::time::timeout(LONGEST, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => Problem::timeout("the request did not arrive, or was not answered, in time")
                .into_response(),
        }
    }
}

/// Docker Hub's tools write some paths with a slash at the end and some
/// without; here both are the same.
fn without_trailing_slash(uri: &mut Uri) {
    let Some(path) = uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else {
        return;
    };
    let shorter = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = PathAndQuery::try_from(shorter).ok();
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address; /docs lists what there is")
}

async fn other_method() -> Problem {
    Problem::method("this address does not answer to that method; /docs lists what it answers to")
}
