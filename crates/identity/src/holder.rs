//! Whom a signed token is about.
//!
//! Ids alone: names, organizations, roles and scopes are looked up in the
//! directory each time, so that nothing a token says can outlive its cause.

use jiff::Timestamp;
use pullgate_store::{PersonId, TokenId, TokenOwner};

use crate::directory::{Directory, subject_of};
use crate::subject::{Reach, Subject, Via};

const PERSON: &str = "person:";
const TOKEN: &str = "token:";
const NOBODY: &str = "stranger";

/// The holder of a signed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A person, who proved themselves in this epoch of their credentials,
    /// with an access token or without.
    Person {
        id: PersonId,
        epoch: i64,
        token: Option<TokenId>,
    },
    /// An organization's access token.
    OrganizationToken(TokenId),
    /// Who has not signed in. An opened network is of this kind too: what a
    /// network may do is asked of the network at each request, or a token
    /// could be carried out of it.
    Nobody,
}

impl Holder {
    pub(crate) fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Person { id, epoch, via, .. } => Self::Person {
                id: *id,
                epoch: *epoch,
                token: match via {
                    Via::Password => None,
                    Via::Token(token) => Some(*token),
                },
            },
            Subject::OrganizationToken { id, .. } => Self::OrganizationToken(*id),
            Subject::Anonymous { .. } | Subject::Stranger => Self::Nobody,
        }
    }

    /// The subject that the holder is by the directory of this moment; none
    /// if the rights are gone that the token was issued for.
    pub(crate) fn resolve(self, directory: &Directory, now: Timestamp) -> Option<Subject> {
        match self {
            Self::Nobody => Some(Subject::Stranger),
            Self::OrganizationToken(id) => {
                let token = directory.token(id).filter(|token| token.is_current(now))?;
                match token.owner {
                    TokenOwner::Organization(_) => directory.subject_of_token(token),
                    TokenOwner::Person(_) => None,
                }
            }
            Self::Person { id, epoch, token } => {
                let person = directory
                    .active(id)
                    .filter(|person| person.credentials_epoch == epoch)?;
                let Some(token) = token else {
                    return Some(subject_of(person, Via::Password, Reach::All));
                };
                let token = directory
                    .token(token)
                    .filter(|token| token.is_current(now))
                    .filter(|token| token.owner == TokenOwner::Person(id))?;
                Some(subject_of(person, Via::Token(token.id), token.reach))
            }
        }
    }

    /// What stands in `sub`, `epoch` and `token_id`.
    pub(crate) fn claims(self) -> (String, Option<i64>, Option<TokenId>) {
        match self {
            Self::Person { id, epoch, token } => (format!("{PERSON}{id}"), Some(epoch), token),
            Self::OrganizationToken(id) => (format!("{TOKEN}{id}"), None, None),
            Self::Nobody => (NOBODY.to_owned(), None, None),
        }
    }

    /// Reads what [`Self::claims`] wrote.
    pub(crate) fn from_claims(
        sub: &str,
        epoch: Option<i64>,
        token: Option<TokenId>,
    ) -> Option<Self> {
        if let Some(id) = sub.strip_prefix(PERSON) {
            let (id, epoch) = (id.parse().ok()?, epoch?);
            return Some(Self::Person { id, epoch, token });
        }
        if epoch.is_some() || token.is_some() {
            return None;
        }
        if let Some(id) = sub.strip_prefix(TOKEN) {
            return id.parse().ok().map(Self::OrganizationToken);
        }
        (sub == NOBODY).then_some(Self::Nobody)
    }
}
