//! Access tokens of people and of organizations, without the tokens.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::OrganizationName;

use crate::actor::Actor;
use crate::error::StoreError;
use crate::ids::{PersonId, TokenId};
use crate::store::Store;

/// Whose an access token is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TokenOwner {
    /// A person's.
    Person(PersonId),
    /// An organization's, for its machines.
    Organization(OrganizationName),
}

/// An access token as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Which it is.
    pub id: TokenId,
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it.
    pub label: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to within the time that last uses are gathered.
    pub last_used_at: Option<Timestamp>,
}

/// An access token to be.
#[derive(Clone)]
pub struct NewToken {
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it.
    pub label: String,
    /// The token's keyed hash, by which it is found.
    pub hash: [u8; 32],
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("owner", &self.owner)
            .field("label", &self.label)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a new access token.
    pub async fn add_token(&self, _token: NewToken, _actor: &Actor) -> Result<Token, StoreError> {
        todo!()
    }

    /// One access token.
    pub async fn token(&self, _id: TokenId) -> Result<Option<Token>, StoreError> {
        todo!()
    }

    /// Somebody's access tokens, revoked ones included, newest first.
    pub async fn tokens_of(&self, _owner: &TokenOwner) -> Result<Vec<Token>, StoreError> {
        todo!()
    }

    /// Revokes an access token of this owner, for good. Nothing happens if it
    /// was revoked before.
    pub async fn revoke_token(
        &self,
        _owner: &TokenOwner,
        _id: TokenId,
        _actor: &Actor,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Notes when tokens were used last. No change in the sense of the
    /// history; an earlier moment than the one noted is left out.
    pub async fn touch_tokens(&self, _uses: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
        todo!()
    }
}
