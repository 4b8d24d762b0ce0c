//! Who asks.

use std::fmt;
use std::sync::Arc;

use pullgate_policy::{OrganizationName, Username};
use pullgate_store::{PersonId, TokenId};

/// Who asks: a person, a machine's token, an opened network, or nobody known.
///
/// Made by signing in or by verifying a token, from the directory of that
/// moment, and meant for one request. A clone costs no allocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person who has signed in.
    Person {
        /// Who it is.
        id: PersonId,
        /// The name of that moment.
        username: Username,
        /// The credentials' epoch at the sign-in: what is signed for this
        /// subject ends when the person's epoch moves on.
        epoch: i64,
        /// How the person proved who they are.
        via: Via,
        /// What the proof reaches.
        reach: Reach,
    },
    /// A machine, with an access token of an organization.
    OrganizationToken {
        /// The token.
        id: TokenId,
        /// Whose it is.
        organization: OrganizationName,
        /// What its owner calls it.
        label: Arc<str>,
        /// What it reaches.
        reach: Reach,
    },
    /// Somebody who has not signed in, in a network that the site's
    /// administrator has opened for this organization.
    Anonymous {
        /// The organization whose policy applies.
        organization: OrganizationName,
    },
    /// Somebody who has not signed in.
    Stranger,
}

/// How a person proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// By their password.
    Password,
    /// By a personal access token.
    Token(TokenId),
}

/// What a credential reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// All that its owner may pull.
    All,
    /// Of that only what is public: no repository of an organization's own
    /// that its upstream shows to nobody else.
    PublicOnly,
}

impl Subject {
    /// What the subject reaches; an opened network is bound by its
    /// organization's policy alone.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Person { reach, .. } | Self::OrganizationToken { reach, .. } => *reach,
            Self::Anonymous { .. } => Reach::All,
            Self::Stranger => Reach::PublicOnly,
        }
    }

    /// The person's name; none for a machine or who has not signed in.
    pub fn username(&self) -> Option<&Username> {
        match self {
            Self::Person { username, .. } => Some(username),
            _ => None,
        }
    }

    /// The access token that proved who asks, if one did.
    pub fn token_id(&self) -> Option<TokenId> {
        match self {
            Self::Person {
                via: Via::Token(id),
                ..
            }
            | Self::OrganizationToken { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether somebody has signed in.
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::Person { .. } | Self::OrganizationToken { .. })
    }
}

/// The subject as the decision log names it: `person:mia`, `token:acme/ci`,
/// `anonymous:acme`, `stranger`.
impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { username, .. } => write!(formatter, "person:{username}"),
            Self::OrganizationToken {
                organization,
                label,
                ..
            } => write!(formatter, "token:{organization}/{label}"),
            Self::Anonymous { organization } => write!(formatter, "anonymous:{organization}"),
            Self::Stranger => formatter.write_str("stranger"),
        }
    }
}
