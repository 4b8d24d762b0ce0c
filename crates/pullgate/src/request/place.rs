//! Where an owner answers: at the database that is here, or at the server that
//! they have signed in to.

use jiff::Timestamp;
use pullgate_admin::{Admin, Caller};
use pullgate_control::AccessRequest;
use pullgate_policy::OrganizationName;
use pullgate_store::{Approval, ApprovedFor, RequestId, RequestState, Window};
use uuid::Uuid;

use crate::admin::{Site, pick};
use crate::config::Config;
use crate::failure::Failure;
use crate::remote::{RequestsThere, Session, nowhere_to_ask, saved_login};
use crate::server::Parts;

/// Where an owner answers.
pub(super) enum Place<'c> {
    /// With the database, for which there is no sign-in.
    Here { site: Site<'c>, admin: Admin },
    /// On a server, as who has signed in there.
    There(Session),
}

impl<'c> Place<'c> {
    /// The database if it is here, else the server.
    pub(super) async fn find(config: &'c Config) -> Result<Self, Failure> {
        let here = Site::is_here(config);
        if matches!(here, Ok(true)) {
            let parts = Parts::open(config).await?;
            return Ok(Self::Here {
                admin: parts.admin(config),
                site: Site::over(parts.store, config),
            });
        }
        if let Some(session) = saved_login()? {
            return Ok(Self::There(session));
        }
        // Why there is no telling whether it is here says more.
        here?;
        Err(nowhere_to_ask(config))
    }

    /// What an organization was asked for: what is open, or all.
    pub(super) async fn list(
        &self,
        organization: &OrganizationName,
        all: bool,
    ) -> Result<Vec<AccessRequest>, Failure> {
        let state = (!all).then_some(RequestState::Open);
        match self {
            Self::There(session) => {
                let state = state.map(RequestState::as_str);
                RequestsThere::at(session)?
                    .list(Some(organization), state)
                    .await
            }
            Self::Here { site, admin } => {
                site.organization(organization).await?;
                let whole = Window {
                    offset: 0,
                    limit: u32::MAX,
                };
                let caller = &Caller::CommandLine;
                let found = admin.requests(caller, organization, state, whole).await?;
                Ok(found.entries.iter().map(AccessRequest::from).collect())
            }
        }
    }

    /// The request that is meant, by its whole identifier or the end of it:
    /// among those that are open, else among all.
    pub(super) async fn id(
        &self,
        organization: &OrganizationName,
        given: &str,
    ) -> Result<Uuid, Failure> {
        if let Ok(id) = given.parse() {
            return Ok(id);
        }
        let list = format!("pullgate request list {organization} --all");
        let among = |requests: Vec<AccessRequest>| {
            let ids = requests.into_iter().map(|request| (request.id, request.id));
            pick(given, "request", &list, ids)
        };
        match among(self.list(organization, false).await?) {
            Ok(id) => Ok(id),
            Err(_) => among(self.list(organization, true).await?),
        }
    }

    /// Approves a request.
    pub(super) async fn approve(
        &self,
        organization: &OrganizationName,
        id: Uuid,
        covers: ApprovedFor,
        ends_at: Timestamp,
        answer: String,
    ) -> Result<AccessRequest, Failure> {
        match self {
            Self::There(session) => {
                RequestsThere::at(session)?
                    .approve(organization.as_str(), id, &covers, ends_at, &answer)
                    .await
            }
            Self::Here { site, admin } => {
                let approval = Approval {
                    covers,
                    ends_at,
                    answer,
                };
                let (caller, id) = (&Caller::CommandLine, RequestId::from(id));
                let request = admin
                    .approve_request(caller, organization, id, approval)
                    .await?;
                site.tell_server().await;
                Ok((&request).into())
            }
        }
    }

    /// Declines a request.
    pub(super) async fn decline(
        &self,
        organization: &OrganizationName,
        id: Uuid,
        answer: &str,
    ) -> Result<AccessRequest, Failure> {
        match self {
            Self::There(session) => {
                RequestsThere::at(session)?
                    .decline(organization.as_str(), id, answer)
                    .await
            }
            Self::Here { admin, .. } => {
                let (caller, id) = (&Caller::CommandLine, RequestId::from(id));
                let request = admin
                    .decline_request(caller, organization, id, answer)
                    .await?;
                Ok((&request).into())
            }
        }
    }
}
