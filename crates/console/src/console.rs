//! From a request to a page.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pullgate_admin::{Admin, ConsoleSessions};
use pullgate_identity::Secret;

use crate::client::{Client, Way};
use crate::cookies::Cookie;
use crate::failure::{self, Failure};
use crate::rates::Rates;
use crate::settings::ConsoleSettings;
use crate::visit::Context;
use crate::{assets, guard, headers, pages};

/// How long a request may take to arrive and to be answered.
const LONGEST: Duration = Duration::from_mins(1);

/// The console.
#[derive(Clone)]
pub struct Console {
    router: Router,
}

/// What the pages share.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) admin: Admin,
    pub(crate) sessions: ConsoleSessions,
    pub(crate) settings: ConsoleSettings,
    pub(crate) rates: Rates,
}

impl Console {
    /// The console over those services.
    pub fn new(admin: Admin, sessions: ConsoleSessions, settings: ConsoleSettings) -> Self {
        let services = Arc::new(Services {
            admin,
            sessions,
            rates: Rates::new(settings.rates),
            settings,
        });
        let pages = pages::routes()
            .fallback(nothing_here)
            .method_not_allowed_fallback(nothing_here)
            .layer(from_fn_with_state(Arc::clone(&services), receive));
        let router = Router::new()
            .route("/assets/{name}", get(assets::serve))
            .merge(pages)
            .with_state(services);
        Self { router }
    }

    /// Answers one request. Never fails: what goes wrong is a page, too.
    pub async fn handle<B>(&self, request: http::Request<B>, client: Client) -> Response
    where
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(client);
        let mut router = self.router.clone();
        let answer = tower_service::Service::call(&mut router, request);
        let mut response = match tokio::time::timeout(LONGEST, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => Failure::Slow.into_response(),
        };
        headers::secure(response.headers_mut());
        response
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Console").finish_non_exhaustive()
    }
}

/// What happens to every request for a page: who is it, is the form ours, and
/// if it goes wrong, a page that says so to that person.
async fn receive(
    State(services): State<Arc<Services>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(client) = request.extensions().get::<Client>().copied() else {
        return Failure::Internal("a request came from nowhere".to_owned()).into_response();
    };
    // Before anything is looked up. Outside the frame, which would be looked
    // up, too.
    if let Err(too_many) = services.rates.at_address(client.address) {
        return failure::alone(&Failure::TooMany(too_many));
    }
    let public_url = services.settings.public_url.as_deref();
    let way = Way::of(client.scheme, request.headers(), public_url);
    let brought = Cookie::Session
        .read(request.headers(), way)
        .map(Secret::new);
    let found = match &brought {
        Some(secret) => services.sessions.visitor(secret).await,
        None => Ok(None),
    };
    if let Ok(Some(visitor)) = &found
        && let Err(too_many) = services.rates.in_session(visitor.session().id)
    {
        return failure::alone(&Failure::TooMany(too_many));
    }
    let (visitor, trouble) = match found {
        Ok(visitor) => (visitor, None),
        Err(error) => (None, Some(Failure::from(error))),
    };
    let context = Context::new(&request, client, way, visitor, brought.is_some());
    let response = match trouble {
        Some(trouble) => trouble.into_response(),
        None if guard::does_something(request.method()) => {
            match guard::check(&services, context.visitor.as_deref(), request).await {
                Ok(mut request) => {
                    request.extensions_mut().insert(context.clone());
                    next.run(request).await
                }
                Err(failure) => failure.into_response(),
            }
        }
        None => {
            request.extensions_mut().insert(context.clone());
            next.run(request).await
        }
    };
    failure::show(&services, &context, response).await
}

async fn nothing_here() -> Failure {
    Failure::NotFound(None)
}
