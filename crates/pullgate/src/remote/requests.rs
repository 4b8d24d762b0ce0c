//! Requests for access, on the server that somebody has signed in to.

use jiff::Timestamp;
use pullgate_control::{
    AccessRequest, AskedForAccess, CoverageKind, OpenRequestCount, OpenRequests,
};
use pullgate_policy::{OrganizationName, TeamName};
use pullgate_store::ApprovedFor;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::server::Server;
use super::session::Session;
use crate::failure::Failure;

/// How many requests are asked for at once: as many as fit into the longest
/// answer that is read, however long their reasons are.
const PAGE: &str = "15";

/// The requests on a server.
pub(crate) struct RequestsThere<'s> {
    server: Server,
    session: &'s Session,
}

/// A page of a list.
#[derive(Deserialize)]
struct Page {
    next: Option<String>,
    results: Vec<AccessRequest>,
}

/// What is asked for.
#[derive(Serialize)]
struct Wanted<'w> {
    image: &'w str,
    reason: &'w str,
    organization: Option<&'w OrganizationName>,
}

impl<'s> RequestsThere<'s> {
    /// The requests where somebody has signed in.
    pub(crate) fn at(session: &'s Session) -> Result<Self, Failure> {
        Ok(Self {
            server: Server::of(session)?,
            session,
        })
    }

    /// Asks for access.
    pub(crate) async fn ask(
        &self,
        image: &str,
        reason: &str,
        organization: Option<&OrganizationName>,
    ) -> Result<AskedForAccess, Failure> {
        let wanted = Wanted {
            image,
            reason,
            organization,
        };
        self.post("/api/v1/requests", &wanted).await
    }

    /// One's own requests, or those to an organization; open ones alone, or
    /// all.
    pub(crate) async fn list(
        &self,
        organization: Option<&OrganizationName>,
        state: Option<&str>,
    ) -> Result<Vec<AccessRequest>, Failure> {
        let path = match organization {
            Some(organization) => format!("/api/v1/orgs/{organization}/requests"),
            None => "/api/v1/requests".to_owned(),
        };
        let mut all = Vec::new();
        for number in 1_u32.. {
            let number = number.to_string();
            let mut query = vec![("page", number.as_str()), ("page_size", PAGE)];
            query.extend(state.map(|state| ("state", state)));
            let page: Page = self.server.get(&path, &query, &self.session.token).await?;
            all.extend(page.results);
            if page.next.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// How many requests wait for whoever has signed in, as an owner.
    pub(crate) async fn to_answer(&self) -> Result<Vec<OpenRequestCount>, Failure> {
        let path = "/api/v1/requests/open";
        let open: OpenRequests = self.server.get(path, &[], &self.session.token).await?;
        Ok(open.to_answer)
    }

    /// Approves one.
    pub(crate) async fn approve(
        &self,
        organization: &str,
        id: Uuid,
        covers: &ApprovedFor,
        ends_at: Timestamp,
        answer: &str,
    ) -> Result<AccessRequest, Failure> {
        let (covers, team): (_, Option<&TeamName>) = match covers {
            ApprovedFor::WhoAsked => (CoverageKind::Person, None),
            ApprovedFor::Team(team) => (CoverageKind::Team, Some(team)),
            ApprovedFor::Organization => (CoverageKind::Organization, None),
        };
        let document = json!({
            "covers": covers,
            "team": team,
            "ends_at": ends_at,
            "reason": answer,
        });
        self.answer(organization, id, "approve", &document).await
    }

    /// Declines one.
    pub(crate) async fn decline(
        &self,
        organization: &str,
        id: Uuid,
        answer: &str,
    ) -> Result<AccessRequest, Failure> {
        let document = json!({"reason": answer});
        self.answer(organization, id, "decline", &document).await
    }

    /// Takes one of one's own back.
    pub(crate) async fn withdraw(
        &self,
        organization: &str,
        id: Uuid,
    ) -> Result<AccessRequest, Failure> {
        self.answer(organization, id, "withdraw", &json!({})).await
    }

    async fn answer(
        &self,
        organization: &str,
        id: Uuid,
        verb: &str,
        document: &serde_json::Value,
    ) -> Result<AccessRequest, Failure> {
        let path = format!("/api/v1/orgs/{organization}/requests/{id}/{verb}");
        self.post(&path, document).await
    }

    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        document: &impl Serialize,
    ) -> Result<T, Failure> {
        self.server
            .post_as(path, document, &self.session.token)
            .await
    }
}
