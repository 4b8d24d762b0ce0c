//! Access tokens: a person's own, and those of an organization.

use jiff::Timestamp;
use pullgate_identity::{IssueTokenError, Scope, Secret, Subject, TokenOrder, Via};
use pullgate_policy::OrganizationName;
use pullgate_store::{
    Actor, Conflict, Part, StoreError, Token, TokenEdit, TokenId, TokenOrigin, TokenOwner,
    TokenResource, Window,
};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::rights::no_such_organization;

/// Whose access tokens are meant.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'w> {
    /// The caller's own.
    Mine,
    /// An organization's.
    Organization(&'w OrganizationName),
}

/// An access token to be.
#[derive(Clone, Debug)]
pub struct NewAccessToken {
    /// What its owner calls it: 1 to 100 characters on one line.
    pub label: String,
    /// What its owner writes about it.
    pub description: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What an organization's is bounded to; none for all that the
    /// organization's policy allows.
    pub resources: Option<Vec<TokenResource>>,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// From where and with what it is made.
    pub origin: TokenOrigin,
}

/// What is to be done with access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Reading,
    Changing,
}

impl Admin {
    /// All access tokens that have not been deleted, newest first.
    pub async fn access_tokens(&self, caller: &Caller, whose: Whose<'_>) -> Result<Vec<Token>> {
        let (owner, _) = self.keeper(caller, whose, Doing::Reading)?;
        let mut tokens = self.store.tokens_of(&owner).await?;
        tokens.retain(|token| token.revoked_at.is_none());
        Ok(tokens)
    }

    /// A part of them, newest first; of those in whose label or description a
    /// text is. An empty one is in all.
    pub async fn access_tokens_in(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        search: &str,
        window: Window,
    ) -> Result<Part<Token>> {
        let (owner, _) = self.keeper(caller, whose, Doing::Reading)?;
        Ok(self.store.tokens_in(&owner, search, window).await?)
    }

    /// One of them.
    pub async fn access_token(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        id: TokenId,
    ) -> Result<Token> {
        let (owner, _) = self.keeper(caller, whose, Doing::Reading)?;
        let token = self.store.token(id).await?;
        token
            .filter(|token| token.owner == owner && token.revoked_at.is_none())
            .ok_or_else(|| no_such_token(id))
    }

    /// Makes an access token. The secret is to be shown to the caller this
    /// once; nobody can read it again.
    pub async fn add_access_token(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        new: NewAccessToken,
    ) -> Result<(Token, Secret)> {
        let (owner, actor) = self.keeper(caller, whose, Doing::Changing)?;
        let order = TokenOrder {
            owner,
            label: new.label,
            description: new.description,
            scopes: new.scopes,
            resources: new.resources,
            expires_at: new.expires_at,
            origin: TokenOrigin {
                address: new.origin.address,
                agent: printable(&new.origin.agent),
            },
        };
        let issued = self.identity.keep_token(order, &actor).await;
        let issued = issued.map_err(|error| not_issued(error, whose))?;
        self.settle().await;
        Ok((issued.token, issued.secret))
    }

    /// Changes an access token. Switched off, it stops at once, with all that
    /// was signed in with it, until it is switched on again.
    pub async fn change_access_token(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        id: TokenId,
        edit: TokenEdit,
    ) -> Result<Token> {
        let (owner, actor) = self.keeper(caller, whose, Doing::Changing)?;
        let changed = self.identity.change_token(&owner, id, edit, &actor).await;
        let changed = changed.map_err(|error| match error {
            IssueTokenError::Store(StoreError::NotFound { .. }) => no_such_token(id),
            other => not_issued(other, whose),
        })?;
        self.settle().await;
        Ok(changed)
    }

    /// Deletes an access token for good: it stops at once, with all that was
    /// signed in with it.
    pub async fn delete_access_token(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        id: TokenId,
    ) -> Result<()> {
        let (owner, actor) = self.keeper(caller, whose, Doing::Changing)?;
        // One that was deleted before is there no more.
        let token = self.store.token(id).await?;
        if token.is_none_or(|token| token.revoked_at.is_some()) {
            return Err(no_such_token(id));
        }
        let revoked = self.store.revoke_token(&owner, id, &actor).await;
        revoked.map_err(|error| match error {
            StoreError::NotFound { .. } => no_such_token(id),
            other => other.into(),
        })?;
        self.settle().await;
        Ok(())
    }

    /// Lets whoever may look after those tokens pass, with whose they are and
    /// as whom a change is recorded.
    ///
    /// Nobody makes access tokens with an access token: what has leaked could
    /// make itself a successor that outlives it.
    fn keeper(
        &self,
        caller: &Caller,
        whose: Whose<'_>,
        doing: Doing,
    ) -> Result<(TokenOwner, Actor)> {
        match whose {
            Whose::Mine => {
                by_password(caller)?;
                match Self::person(caller)? {
                    Subject::Person { id, username, .. } => {
                        Ok((TokenOwner::Person(*id), Actor::Person(username.clone())))
                    }
                    _ => Err(AdminError::Forbidden(
                        "only people have personal access tokens".to_owned(),
                    )),
                }
            }
            Whose::Organization(organization) => {
                let actor = self.owner(caller, organization)?;
                if doing == Doing::Changing {
                    by_password(caller)?;
                }
                Ok((TokenOwner::Organization(organization.clone()), actor))
            }
        }
    }
}

/// Refuses who has signed in with an access token.
fn by_password(caller: &Caller) -> Result<()> {
    match caller {
        Caller::SignedIn(Subject::Person {
            via: Via::Token(_), ..
        }) => Err(AdminError::Forbidden(
            "access tokens are looked after by who has signed in with a password, and this is a session of an access token; sign in with your password".to_owned(),
        )),
        Caller::SignedIn(_) | Caller::CommandLine => Ok(()),
    }
}

fn no_such_token(id: TokenId) -> AdminError {
    AdminError::NotFound(format!(
        "there is no access token {id} here: it was deleted, or it is somebody else's"
    ))
}

fn not_issued(error: IssueTokenError, whose: Whose<'_>) -> AdminError {
    if error.is_invalid() {
        return AdminError::Invalid(error.to_string());
    }
    match (error, whose) {
        (
            IssueTokenError::Store(StoreError::NotFound { .. }),
            Whose::Organization(organization),
        ) => no_such_organization(organization),
        // Docker Hub's description has no conflict here.
        (
            IssueTokenError::Store(StoreError::Conflict(conflict @ Conflict::TooManyTokens { .. })),
            _,
        ) => AdminError::Invalid(conflict.to_string()),
        (IssueTokenError::Store(error), _) => error.into(),
        (other, _) => AdminError::Unavailable(other.to_string()),
    }
}

/// What a program calls itself, as far as it can be shown.
fn printable(agent: &str) -> String {
    let shown = agent.chars().filter(|letter| !letter.is_control());
    shown.take(300).collect()
}
