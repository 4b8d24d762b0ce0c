//! The table of routes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use http::{Request, Response};
use pullgate_access::Door;
use pullgate_identity::Identity;

use crate::problem::Problem;
use crate::{explain, login, request_page, user};

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How long a request may take, its body included.
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
}

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) door: Arc<Door>,
    pub(crate) identity: Arc<Identity>,
    /// Where people reach this, without a trailing slash.
    pub(crate) console: Option<Arc<str>>,
}

impl Control {
    /// The API over those parts. `console` is the address at which people
    /// reach it, without a trailing slash.
    pub fn new(door: Arc<Door>, identity: Arc<Identity>, console: Option<String>) -> Self {
        let table = [
            ("/v2/users/login", post(login::by_password)),
            ("/v2/auth/token", post(login::by_identifier)),
            ("/v2/user", get(user::who)),
            ("/v2/user/orgs", get(user::organizations)),
            ("/api/v1/explain", get(explain::explain)),
            ("/request", get(request_page::page)),
        ];
        let router = table
            .into_iter()
            .fold(Router::new(), |router, (path, method)| {
                router
                    .route(path, method.clone())
                    .route(&format!("{path}/"), method)
            })
            .fallback(nothing_here)
            .method_not_allowed_fallback(other_method)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Shared {
                door,
                identity,
                console: console.map(Into::into),
            });
        Self { router }
    }

    /// Answers one request. Never fails: what goes wrong is an answer too.
    pub async fn handle<B>(&self, mut request: Request<B>, client: Client) -> Response<Body>
    where
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        request.extensions_mut().insert(client);
        let request = request.map(Body::new);
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

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address")
}

async fn other_method() -> Problem {
    Problem::method("this address does not answer to that method")
}
