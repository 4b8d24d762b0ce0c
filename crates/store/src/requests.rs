//! What members ask the owners of their organizations for: to pull a
//! repository that the policy denies.
//!
//! A request is open until an owner approves or declines it or who asked
//! withdraws it, and stays what it was then. It changes nothing of what may be
//! pulled: the exception that it becomes does.

mod asking;
mod closing;
mod reading;

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::{Covers, OrganizationName, TeamName, Username};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::ids::{ExceptionId, PersonId, RequestId};

pub use asking::Asking;

/// The longest reason and the longest answer, in characters.
const LONGEST_TEXT: usize = 1_000;

/// The most requests of one person that are open at the same time, in all
/// organizations together.
const MOST_OPEN: usize = 20;

/// How often the same can be asked before there is an answer.
const MOST_ASKED: usize = 10;

/// A request for access to a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// Which it is.
    pub id: RequestId,
    /// Whose owners are asked.
    pub organization: OrganizationName,
    /// Who asks.
    pub person: PersonId,
    /// That person's name.
    pub username: Username,
    /// The repository that is asked for.
    pub repository: Repository,
    /// Each time it was asked, oldest first; at least one.
    pub asked: Vec<Asked>,
    /// What has become of it.
    pub state: RequestState,
    /// By whom, when and with which answer it was closed; none if it is open.
    pub closed: Option<Closed>,
}

/// That something was asked for, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// The image as it was typed.
    pub reference: String,
    /// Why, as it was written.
    pub reason: String,
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

impl RequestState {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The end of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Who has closed it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What was answered; empty if nothing was.
    pub answer: String,
    /// The exception that it became, if it was approved.
    pub became: Option<Became>,
}

/// The exception that a request became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became {
    /// Which it is.
    pub exception: ExceptionId,
    /// Who may pull by it.
    pub covers: Covers,
    /// When it ends or has ended.
    pub ends_at: Timestamp,
}

/// A request to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// The repository that is asked for.
    pub repository: Repository,
    /// The image as it was typed.
    pub reference: String,
    /// Why.
    pub reason: String,
}

/// How a request is to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who may pull.
    pub covers: ApprovedFor,
    /// Until when.
    pub ends_at: Timestamp,
    /// What is answered; if it is empty, the exception has the reason of who
    /// asked.
    pub answer: String,
}

/// For whom a request is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovedFor {
    /// Who asked.
    WhoAsked,
    /// A team that who asked is in.
    Team(TeamName),
    /// Everybody in the organization.
    Organization,
}

/// Which requests are looked for.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Those to this organization.
    pub organization: Option<OrganizationName>,
    /// Those of this person.
    pub person: Option<PersonId>,
    /// Those for this repository.
    pub repository: Option<Repository>,
    /// Those of which this has become.
    pub state: Option<RequestState>,
}
