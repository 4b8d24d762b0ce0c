//! Issuing, changing and revoking access tokens.

use jiff::Timestamp;
use pullgate_store::{
    Actor, NewToken, StoreError, Token, TokenEdit, TokenId, TokenOrigin, TokenOwner, TokenResource,
};

use crate::access_token::{TokenHash, TokenKind};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::keyed_hash::NoRandomness;
use crate::resources::{self, WrongResource};
use crate::scope::Scope;
use crate::secret::Secret;

/// The most characters of a token's label.
const LONGEST_LABEL: usize = 100;

/// The most characters of a token's description.
const LONGEST_DESCRIPTION: usize = 1_000;

/// What is asked for: an access token to be.
#[derive(Clone, Debug)]
pub struct TokenOrder {
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it: 1 to 100 characters on one line.
    pub label: String,
    /// What its owner writes about it.
    pub description: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What an organization's token is bounded to; none for all that the
    /// organization's policy allows.
    pub resources: Option<Vec<TokenResource>>,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// From where and with what it is made.
    pub origin: TokenOrigin,
}

impl TokenOrder {
    /// A token of which there is no more to say.
    pub fn new(owner: TokenOwner, label: impl Into<String>, scopes: &[Scope]) -> Self {
        Self {
            owner,
            label: label.into(),
            description: String::new(),
            scopes: scopes.to_vec(),
            resources: None,
            expires_at: None,
            origin: TokenOrigin::default(),
        }
    }
}

/// An access token that was issued just now.
#[derive(Debug)]
pub struct IssuedToken {
    /// Its id, by which it is listed and revoked.
    pub id: TokenId,
    /// The token itself: to be shown to its owner this once, and to be found
    /// nowhere afterwards.
    pub secret: Secret,
    /// The token as it is listed from now on.
    pub token: Token,
}

/// Why an access token was not issued or changed.
#[derive(Debug, thiserror::Error)]
pub enum IssueTokenError {
    /// The label is empty, too long, or holds what does not belong on one
    /// line.
    #[error("a token's label has 1 to {LONGEST_LABEL} characters on one line")]
    Label,
    /// The description is too long.
    #[error("a token's description has at most {LONGEST_DESCRIPTION} characters")]
    Description,
    /// No scope was given.
    #[error("a token needs at least one scope: repo:read to pull what its owner may pull")]
    NoScope,
    /// A resource means nothing.
    #[error(transparent)]
    Resource(#[from] WrongResource),
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

impl IssueTokenError {
    /// Whether something else has to be asked for.
    pub fn is_invalid(&self) -> bool {
        match self {
            Self::Label | Self::Description | Self::NoScope | Self::Resource(_) | Self::Ended => {
                true
            }
            Self::Randomness(_) | Self::Store(_) => false,
        }
    }
}

impl Identity {
    /// Makes an access token and what is to be kept of it, and keeps nothing.
    pub fn new_access_token(&self, kind: TokenKind) -> Result<(Secret, TokenHash), NoRandomness> {
        self.mint.mint(kind)
    }

    /// Issues an access token, and knows it from then on. Whether `actor` may
    /// is for the caller to know.
    pub async fn issue_token(
        &self,
        order: TokenOrder,
        actor: &Actor,
    ) -> Result<IssuedToken, IssueTokenError> {
        let issued = self.keep_token(order, actor).await?;
        self.reload_directory_or_warn().await;
        Ok(issued)
    }

    /// Issues an access token, for a caller who brings it in with all else
    /// that has changed.
    pub async fn keep_token(
        &self,
        order: TokenOrder,
        actor: &Actor,
    ) -> Result<IssuedToken, IssueTokenError> {
        check_label(&order.label)?;
        check_description(&order.description)?;
        if order.scopes.is_empty() {
            return Err(IssueTokenError::NoScope);
        }
        resources::check(order.resources.as_deref().unwrap_or_default())?;
        if order.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(IssueTokenError::Ended);
        }
        let kind = match order.owner {
            TokenOwner::Person(_) => TokenKind::Personal,
            TokenOwner::Organization(_) => TokenKind::Organization,
        };
        let (secret, hash) = self.new_access_token(kind)?;
        let token = NewToken {
            owner: order.owner,
            label: order.label,
            description: order.description,
            hash: *hash.as_bytes(),
            scopes: order.scopes.iter().map(Scope::to_string).collect(),
            resources: order.resources,
            origin: order.origin,
            expires_at: order.expires_at,
        };
        let token = self.store.add_token(token, actor).await?;
        Ok(IssuedToken {
            id: token.id,
            secret,
            token,
        })
    }

    /// Changes an access token of this owner, for a caller who brings it in
    /// with all else that has changed.
    pub async fn change_token(
        &self,
        owner: &TokenOwner,
        id: TokenId,
        edit: TokenEdit,
        actor: &Actor,
    ) -> Result<Token, IssueTokenError> {
        if let Some(label) = &edit.label {
            check_label(label)?;
        }
        if let Some(description) = &edit.description {
            check_description(description)?;
        }
        resources::check(edit.resources.as_deref().unwrap_or_default())?;
        Ok(self.store.change_token(owner, id, edit, actor).await?)
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

fn check_label(label: &str) -> Result<(), IssueTokenError> {
    let fits = (1..=LONGEST_LABEL).contains(&label.chars().count());
    if !fits || label.chars().any(char::is_control) || label.trim().is_empty() {
        return Err(IssueTokenError::Label);
    }
    Ok(())
}

fn check_description(description: &str) -> Result<(), IssueTokenError> {
    if description.chars().nth(LONGEST_DESCRIPTION).is_some() {
        return Err(IssueTokenError::Description);
    }
    Ok(())
}
