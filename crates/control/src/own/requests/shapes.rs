//! What requests look like.

use jiff::Timestamp;
use pullgate_access::Decision;
use pullgate_admin as admin;
use pullgate_admin::AskedAccess;
use pullgate_policy::Rule;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::own::exceptions::{CoverageKind, coverage};

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nothing yet.
    Open,
    /// An owner has made an exception.
    Approved,
    /// An owner has said no.
    Declined,
    /// Who asked has taken it back, or left the organization.
    Withdrawn,
}

impl From<RequestState> for admin::RequestState {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::Open => Self::Open,
            RequestState::Approved => Self::Approved,
            RequestState::Declined => Self::Declined,
            RequestState::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<admin::RequestState> for RequestState {
    fn from(state: admin::RequestState) -> Self {
        match state {
            admin::RequestState::Open => Self::Open,
            admin::RequestState::Approved => Self::Approved,
            admin::RequestState::Declined => Self::Declined,
            admin::RequestState::Withdrawn => Self::Withdrawn,
        }
    }
}

/// A request for access: what a member asks the owners of an organization to
/// allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessRequest {
    /// Which it is.
    pub id: Uuid,
    /// Whose owners are asked.
    pub organization: String,
    /// The user name of who asks.
    pub username: String,
    /// The repository that is asked for: all its tags and digests.
    pub repository: String,
    /// What has become of it.
    pub state: RequestState,
    /// Each time it was asked, oldest first.
    pub asked: Vec<AskedOnce>,
    /// How it ended; null while it is open.
    #[schema(required)]
    pub closed: Option<RequestClosed>,
}

/// That something was asked for, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedOnce {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The image as it was typed.
    pub image: String,
    /// Why, as it was written.
    pub reason: String,
}

/// The end of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestClosed {
    /// Who has closed it: `person:olga`, `command line`.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What was answered; empty if nothing was.
    pub reason: String,
    /// The exception that it became; null if it was not approved.
    #[schema(required)]
    pub exception: Option<GrantedBy>,
}

/// The exception that a request became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantedBy {
    /// Which it is.
    pub id: Uuid,
    /// Whom it covers.
    pub covers: CoverageKind,
    /// The person, if it covers one.
    #[schema(required)]
    pub person: Option<String>,
    /// The team, if it covers one.
    #[schema(required)]
    pub team: Option<String>,
    /// When it ends or has ended.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
}

impl From<&admin::AccessRequest> for AccessRequest {
    fn from(request: &admin::AccessRequest) -> Self {
        let asked = request.asked.iter().map(|asked| AskedOnce {
            at: asked.at,
            image: asked.reference.clone(),
            reason: asked.reason.clone(),
        });
        Self {
            id: request.id.as_uuid(),
            organization: request.organization.to_string(),
            username: request.username.to_string(),
            repository: request.repository.to_string(),
            state: request.state.into(),
            asked: asked.collect(),
            closed: request.closed.as_ref().map(|closed| RequestClosed {
                by: closed.by.to_string(),
                at: closed.at,
                reason: closed.answer.clone(),
                exception: closed.became.as_ref().map(GrantedBy::from),
            }),
        }
    }
}

impl From<&admin::Became> for GrantedBy {
    fn from(became: &admin::Became) -> Self {
        let (covers, person, team) = coverage(&became.covers);
        Self {
            id: became.exception.as_uuid(),
            covers,
            person,
            team,
            ends_at: became.ends_at,
        }
    }
}

/// What has come of asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedForAccess {
    /// The request that is open now.
    pub request: AccessRequest,
    /// Other organizations of the same person that deny the image, too, and
    /// have to be asked as well.
    pub also_denied: Vec<AlsoDenied>,
}

/// Another organization that denies what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlsoDenied {
    /// The organization; null if there is no such.
    #[schema(required)]
    pub organization: Option<String>,
    /// The rule by which it denies.
    pub rule: Rule,
    /// All that in a sentence.
    pub sentence: String,
}

impl From<&AskedAccess> for AskedForAccess {
    fn from(asked: &AskedAccess) -> Self {
        Self {
            request: (&asked.request).into(),
            also_denied: asked.also_denied.iter().map(AlsoDenied::from).collect(),
        }
    }
}

impl From<&Decision> for AlsoDenied {
    fn from(decision: &Decision) -> Self {
        Self {
            organization: decision.organization.as_ref().map(ToString::to_string),
            rule: decision.rule,
            sentence: decision.sentence(None),
        }
    }
}

/// How many requests wait for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenRequests {
    /// One's own.
    pub mine: u64,
    /// Those that one can answer as an owner, for each organization that has
    /// any.
    pub to_answer: Vec<OpenRequestCount>,
}

/// How many requests wait for the owners of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenRequestCount {
    /// The organization.
    pub organization: String,
    /// How many.
    pub count: u64,
}

impl From<admin::OpenRequests> for OpenRequests {
    fn from(open: admin::OpenRequests) -> Self {
        let to_answer = open.to_answer.into_iter();
        Self {
            mine: open.mine,
            to_answer: to_answer
                .map(|(organization, count)| OpenRequestCount {
                    organization: organization.to_string(),
                    count,
                })
                .collect(),
        }
    }
}
