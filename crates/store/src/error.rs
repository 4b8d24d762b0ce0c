//! What can go wrong with what is remembered.

use pullgate_policy::{OrganizationName, SettingsError, TeamName, Username};
use pullgate_reference::Pattern;

use crate::requests::RequestState;

/// Why something could not be read or changed. Nothing was changed.
///
/// The texts hold no secret and no part of the database's URL but host and
/// name.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What should be changed is not there.
    #[error("there is no {what} {name}; check the name")]
    NotFound {
        /// What kind of thing, in the words of the policy.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// It contradicts what is there.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Settings that cannot be kept.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A text that cannot be kept.
    #[error("the {what} cannot be kept: {why}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What was read makes no sense. Somebody else has written to the
    /// database, or it is damaged.
    #[error(
        "the {what} of {name} in the database cannot be read: {why}; restore a backup or write it anew"
    )]
    Corrupt {
        /// What kind of thing.
        what: &'static str,
        /// Whose, or which.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The database's URL is malformed. Holds no part of it.
    #[error("the database's URL is not valid: {why}")]
    Url {
        /// What is wrong, and what is expected.
        why: String,
    },
    /// The database's tables cannot be brought to this version.
    #[error("the database cannot be used by this version of Pullgate: {why}")]
    Migration {
        /// What went wrong, and what to do.
        why: String,
    },
    /// The database cannot be reached or does not answer; trying again later
    /// may help.
    #[error("the database cannot be used: {why}")]
    Unavailable {
        /// What went wrong.
        why: String,
        /// What the database said.
        #[source]
        cause: Option<Box<sqlx::Error>>,
    },
}

/// Why a change contradicts what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name is taken.
    #[error("the {what} {name} exists already; choose another name")]
    AlreadyExists {
        /// What kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Another person has this address.
    #[error("another person has the e-mail address {email}; use another address")]
    EmailTaken {
        /// The address.
        email: String,
    },
    /// A namespace belongs to one organization only. The text does not say to
    /// which, since an owner must not learn that.
    #[error(
        "the namespace {wanted} overlaps {taken}, which belongs to another organization; ask a site administrator"
    )]
    NamespaceTaken {
        /// The namespace that was to be added.
        wanted: Pattern,
        /// The namespace that is there.
        taken: Pattern,
        /// Whose it is.
        organization: OrganizationName,
    },
    /// An organization keeps at least one active owner.
    #[error("{username} is the last owner of {organization}; make somebody else an owner first")]
    LastOwner {
        /// The organization.
        organization: OrganizationName,
        /// Its last owner.
        username: Username,
    },
    /// Nobody needs so many access tokens.
    #[error("there are {most} access tokens already; delete those that are not used any more")]
    TooManyTokens {
        /// The most that there can be.
        most: i64,
    },
    /// An invite is for one person alone. The text does not say for whom.
    #[error("this invite is for somebody else; sign in as whom it is for")]
    InvitedIsAnother,
    /// Who accepts an invite belongs to its organization.
    #[error("you belong to {organization} already; nothing was changed")]
    AlreadyMember {
        /// The organization.
        organization: OrganizationName,
    },
    /// The owners team is made of roles.
    #[error(
        "the team owners is made of the organization's owners; give somebody the role owner instead"
    )]
    OwnersTeam,
    /// There is somebody already, who can add others.
    #[error("this Pullgate has been set up; sign in, or ask an owner for an account")]
    SetUpBefore,
    /// Somebody was faster.
    #[error("this request was {state} already, by {by}; nothing was changed")]
    RequestClosed {
        /// Who.
        by: String,
        /// How.
        state: RequestState,
    },
    /// What would be allowed does not help who asked for it.
    #[error(
        "who asks, {username}, is not in the team {team} and could not pull by such an exception; put {username} into the team first, or approve it for {username} or for all"
    )]
    NotInTeam {
        /// Who asks.
        username: Username,
        /// For whom it was to be approved.
        team: TeamName,
    },
    /// One person's requests do not drown the others'.
    #[error(
        "you have {most} open requests, and there can be no more; wait for an answer, or withdraw some"
    )]
    TooManyRequests {
        /// The most that there can be.
        most: usize,
    },
    /// What was said often enough.
    #[error(
        "you have asked for this {most} times, and the owners have not answered yet; talk to one of them"
    )]
    AskedTooOften {
        /// The most that it can be asked.
        most: usize,
    },
}

impl StoreError {
    pub(crate) fn not_found(what: &'static str, name: &(impl ToString + ?Sized)) -> Self {
        Self::NotFound {
            what,
            name: name.to_string(),
        }
    }

    pub(crate) fn already_exists(what: &'static str, name: &(impl ToString + ?Sized)) -> Self {
        Self::Conflict(Conflict::AlreadyExists {
            what,
            name: name.to_string(),
        })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(cause: sqlx::Error) -> Self {
        let why = match cause {
            // A value that is not even of its column's type.
            sqlx::Error::ColumnDecode { index, source } => {
                return Self::Corrupt {
                    what: "column",
                    name: index,
                    why: source.to_string(),
                };
            }
            sqlx::Error::PoolTimedOut => {
                "no connection to it could be had in time; see whether it runs and is not overloaded"
                    .to_owned()
            }
            sqlx::Error::PoolClosed => "it was closed, since Pullgate is stopping".to_owned(),
            ref other => other.to_string(),
        };
        Self::Unavailable {
            why,
            cause: Some(Box::new(cause)),
        }
    }
}
