//! Issuing and revoking access tokens.

use jiff::Timestamp;
use pullgate_store::{Actor, NewToken, StoreError, TokenId, TokenOwner};

use crate::access_token::{TokenHash, TokenKind};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::keyed_hash::NoRandomness;
use crate::scope::Scope;
use crate::secret::Secret;

/// The most characters of a token's label.
const LONGEST_LABEL: usize = 100;

/// An access token that was issued just now.
#[derive(Debug)]
pub struct IssuedToken {
    /// Its id, by which it is listed and revoked.
    pub id: TokenId,
    /// The token itself: to be shown to its owner this once, and to be found
    /// nowhere afterwards.
    pub secret: Secret,
}

/// Why no access token was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueTokenError {
    /// The label is empty, too long, or holds what does not belong on one
    /// line.
    #[error("a token's label has 1 to {LONGEST_LABEL} characters on one line")]
    Label,
    /// No scope was given.
    #[error("a token needs at least one scope: repo:read to pull what its owner may pull")]
    NoScope,
    /// The end date has passed.
    #[error("the token's end date has passed: choose a later one, or none")]
    Ended,
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store failed, or the owner is not there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Makes an access token and what is to be kept of it, and keeps nothing.
    pub fn new_access_token(&self, kind: TokenKind) -> Result<(Secret, TokenHash), NoRandomness> {
        self.mint.mint(kind)
    }

    /// Issues an access token. Whether `actor` may is for the caller to know.
    pub async fn issue_token(
        &self,
        owner: TokenOwner,
        label: &str,
        scopes: &[Scope],
        expires_at: Option<Timestamp>,
        actor: &Actor,
    ) -> Result<IssuedToken, IssueTokenError> {
        let fits = (1..=LONGEST_LABEL).contains(&label.chars().count());
        if !fits || label.chars().any(char::is_control) || label.trim().is_empty() {
            return Err(IssueTokenError::Label);
        }
        if scopes.is_empty() {
            return Err(IssueTokenError::NoScope);
        }
        if expires_at.is_some_and(|end| end <= self.now()) {
            return Err(IssueTokenError::Ended);
        }
        let kind = match owner {
            TokenOwner::Person(_) => TokenKind::Personal,
            TokenOwner::Organization(_) => TokenKind::Organization,
        };
        let (secret, hash) = self.new_access_token(kind)?;
        let token = NewToken {
            owner,
            label: label.to_owned(),
            hash: *hash.as_bytes(),
            scopes: scopes.iter().map(Scope::to_string).collect(),
            expires_at,
        };
        let kept = self.store.add_token(token, actor).await?;
        self.reload_directory_or_warn().await;
        Ok(IssuedToken {
            id: kept.id,
            secret,
        })
    }

    /// Revokes an access token of this owner. When this returns, it is worth
    /// nothing any more on this replica, and on the others when they have
    /// seen that the store changed.
    pub async fn revoke_token(
        &self,
        owner: &TokenOwner,
        id: TokenId,
        actor: &Actor,
    ) -> Result<(), IdentityError> {
        self.store.revoke_token(owner, id, actor).await?;
        self.reload_directory().await
    }

    /// The token has been issued, and its secret can be shown only now: that
    /// it is not known here yet is no reason to withhold it.
    async fn reload_directory_or_warn(&self) {
        if let Err(error) = self.reload_directory().await {
            tracing::warn!(%error, "a new access token works only after the directory is read again");
        }
    }
}
