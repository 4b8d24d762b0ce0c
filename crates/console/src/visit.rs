//! A visit: who looks at a page, and all that the frame around it shows.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts, Request};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use pullgate_admin::{Browser, Caller, MyAccount, Opened, Visitor};
use pullgate_policy::{OrganizationName, Role};

use crate::client::{Client, Scheme, Way};
use crate::console::Services;
use crate::cookies::{self, Cookie};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::guard;
use crate::next::Next;
use crate::shell::{Shell, organization_here};

/// How long the organization that was looked at last is remembered.
const REMEMBERED: Duration = Duration::from_hours(180 * 24);

/// What is known of a request before any page looks at it; goes with each as
/// an extension.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) way: Way,
    pub(crate) visitor: Option<Arc<Visitor>>,
    /// Whether a session was brought, though it may not count.
    pub(crate) brought_session: bool,
    /// Path and query.
    pub(crate) address: String,
    pub(crate) path: String,
    /// The name by which the browser reached us, with its port.
    pub(crate) host: String,
    pub(crate) asks_to_do: bool,
    pub(crate) user_agent: String,
    pub(crate) flash: Option<Flash>,
    /// The organization that was looked at last, as the browser says.
    pub(crate) remembered: Option<String>,
}

impl Context {
    pub(crate) fn new(
        request: &Request,
        client: Client,
        way: Way,
        visitor: Option<Visitor>,
        brought_session: bool,
    ) -> Self {
        let (uri, headers) = (request.uri(), request.headers());
        let header = |name: http::HeaderName| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let address = uri.path_and_query().map(ToString::to_string);
        Self {
            client,
            way,
            visitor: visitor.map(Arc::new),
            brought_session,
            address: address.unwrap_or_else(|| "/".to_owned()),
            path: uri.path().to_owned(),
            host: header(http::header::HOST),
            asks_to_do: guard::does_something(request.method()),
            user_agent: header(http::header::USER_AGENT),
            flash: Flash::read(headers, way),
            remembered: Cookie::Organization.read(headers, way),
        }
    }

    /// The address by which the browser has reached us, up to the path.
    pub(crate) fn origin(&self) -> String {
        let scheme = match self.client.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        format!("{scheme}://{}", self.host)
    }

    /// From where it is asked.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            address: self.client.address,
            user_agent: &self.user_agent,
        }
    }

    /// The page for whoever has to sign in first.
    pub(crate) fn sign_in_first(&self) -> Failure {
        if self.asks_to_do {
            // A form cannot be sent again by a redirect.
            return Failure::SessionEnded;
        }
        Failure::SignInFirst(Next::read(&self.address))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let context = parts.extensions.get::<Self>().cloned();
        context.ok_or_else(|| Failure::Internal("a page was reached around the guard".to_owned()))
    }
}

/// Somebody who is signed in looks at a page. A handler that takes this is
/// never called for anybody else.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) services: Arc<Services>,
    pub(crate) context: Context,
    pub(crate) visitor: Arc<Visitor>,
    /// Their account and organizations.
    pub(crate) me: MyAccount,
    /// How many requests wait for them, as an owner of the organization that
    /// is looked at.
    pub(crate) open_requests: u64,
}

impl Visit {
    /// Whom the services take them for.
    pub(crate) fn caller(&self) -> Caller {
        self.visitor.caller()
    }

    /// The frame around a page of this title.
    pub(crate) fn shell(&self, title: impl Into<String>) -> Shell {
        Shell::new(self, title.into())
    }

    /// The organization that an address names, and the visitor's role in it.
    /// One they do not belong to is told from none by nothing.
    pub(crate) fn organization(&self, name: &str) -> Result<(OrganizationName, Role), Failure> {
        let mut mine = self.me.organizations.iter();
        let found = mine.find(|belonging| belonging.organization.as_str() == name);
        let found = found.ok_or_else(|| {
            Failure::NotFound(Some(format!(
                "There is no organization {name}, or you do not belong to it."
            )))
        })?;
        Ok((found.organization.clone(), found.role))
    }

    /// Leads on to a page that says what was done.
    pub(crate) fn done(&self, path: &str, text: impl Into<String>) -> Response {
        self.lead_on(path, &Flash::done(text))
    }

    /// Leads on to a page that says what went wrong.
    pub(crate) fn problem(&self, path: &str, text: impl Into<String>) -> Response {
        self.lead_on(path, &Flash::problem(text))
    }

    fn lead_on(&self, path: &str, flash: &Flash) -> Response {
        let mut response = Redirect::to(path).into_response();
        flash.send(response.headers_mut(), self.context.way);
        response
    }

    /// Remembers the organization that is looked at.
    pub(crate) fn remember(&self, response: &mut Response, organization: &OrganizationName) {
        let headers = response.headers_mut();
        let name = organization.as_str();
        Cookie::Organization.set(headers, self.context.way, name, REMEMBERED);
    }
}

/// Gives the browser the session that has just begun.
pub(crate) fn keep(response: &mut Response, way: Way, opened: &Opened) {
    cookies::set_session(response.headers_mut(), way, &opened.secret, opened.lifetime);
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Arc<Services>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let services = Arc::<Services>::from_ref(state);
        let context = Context::from_request_parts(parts, state).await?;
        Self::begin(services, context).await
    }
}

impl Visit {
    /// The visit of whoever has asked this, if they are signed in.
    pub(crate) async fn begin(services: Arc<Services>, context: Context) -> Result<Self, Failure> {
        let visitor = context.visitor.clone();
        let visitor = visitor.ok_or_else(|| context.sign_in_first())?;
        let me = services.admin.my_account(&visitor.caller()).await?;
        let mut visit = Self {
            services,
            context,
            visitor,
            me,
            open_requests: 0,
        };
        visit.open_requests = visit.count_open_requests().await?;
        Ok(visit)
    }

    async fn count_open_requests(&self) -> Result<u64, Failure> {
        let here = organization_here(self);
        let mut mine = self.me.organizations.iter();
        let here = mine.find(|mine| Some(mine.organization.as_str()) == here.as_deref());
        match here.filter(|mine| mine.role == Role::Owner) {
            Some(here) => {
                let (admin, caller) = (&self.services.admin, self.caller());
                let count = admin.count_open_requests(&caller, &here.organization);
                Ok(count.await?)
            }
            None => Ok(0),
        }
    }
}
