//! Access tokens of people and of organizations, without the tokens.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use serde_json::json;

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::history::Action;
use crate::ids::{PersonId, TokenId};
use crate::link::{maybe_time, values};
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

impl TokenOwner {
    fn person(&self) -> Option<String> {
        match self {
            Self::Person(id) => Some(id.to_string()),
            Self::Organization(_) => None,
        }
    }

    fn organization(&self) -> Option<&OrganizationName> {
        match self {
            Self::Person(_) => None,
            Self::Organization(name) => Some(name),
        }
    }

    /// The owner of the two columns of which one is set.
    pub(crate) fn read(
        place: Place<'_>,
        person: Option<&str>,
        organization: Option<&str>,
    ) -> Result<Self, StoreError> {
        match (person, organization) {
            (Some(person), None) => Ok(Self::Person(place.parse(person)?)),
            (None, Some(organization)) => Ok(Self::Organization(place.parse(organization)?)),
            _ => Err(place.corrupt("it does not have one owner")),
        }
    }
}

/// The columns of a token.
#[derive(sqlx::FromRow)]
struct TokenColumns {
    id: String,
    person: Option<String>,
    organization: Option<String>,
    label: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TokenColumns {
    fn read(self) -> Result<Token, StoreError> {
        let place = Place {
            what: "access token",
            name: &self.id,
        };
        let (person, organization) = (self.person.as_deref(), self.organization.as_deref());
        Ok(Token {
            id: place.parse(&self.id)?,
            owner: TokenOwner::read(place, person, organization)?,
            scopes: place.json(&self.scopes)?,
            created_at: place.time(self.created_at)?,
            expires_at: place.time_some(self.expires_at)?,
            revoked_at: place.time_some(self.revoked_at)?,
            last_used_at: place.time_some(self.last_used_at)?,
            label: self.label,
        })
    }
}

impl Store {
    /// Keeps a new access token.
    pub async fn add_token(&self, token: NewToken, actor: &Actor) -> Result<Token, StoreError> {
        check_text("label", &token.label, 200)?;
        for scope in &token.scopes {
            check_text("scope", scope, 100)?;
        }
        let mut change = self.change(actor).await?;
        change.check_token_owner(&token.owner).await?;
        let (id, created_at) = (TokenId::generate(), change.at());
        let organization = token.owner.organization();
        change
            .link()
            .execute(
                "INSERT INTO access_tokens
                     (id, person, organization, label, hash, scopes, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    id,
                    token.owner.person(),
                    organization.map(OrganizationName::as_str),
                    &*token.label,
                    &token.hash[..],
                    json!(token.scopes).to_string(),
                    created_at,
                    maybe_time(token.expires_at),
                ],
            )
            .await?;
        change
            .commit(Entry {
                organization,
                action: Action::TokenAdded,
                subject: &id.to_string(),
                before: None,
                after: Some(json!({
                    "person": token.owner.person(),
                    "label": token.label,
                    "scopes": token.scopes,
                    "expires_at": token.expires_at,
                })),
            })
            .await?;
        // As it is when it is read again: times have milliseconds.
        let expires_at = token
            .expires_at
            .and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok());
        Ok(Token {
            id,
            owner: token.owner,
            label: token.label,
            scopes: token.scopes,
            created_at,
            expires_at,
            revoked_at: None,
            last_used_at: None,
        })
    }

    /// One access token.
    pub async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        let found: Option<TokenColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first("SELECT * FROM access_tokens WHERE id = $1", values![id])
            .await?;
        found.map(TokenColumns::read).transpose()
    }

    /// Somebody's access tokens, revoked ones included, newest first.
    pub async fn tokens_of(&self, owner: &TokenOwner) -> Result<Vec<Token>, StoreError> {
        let mut reader = self.db.reader().await?;
        let link = reader.link();
        let found: Vec<TokenColumns> = match owner {
            TokenOwner::Person(id) => {
                link.all(
                    "SELECT * FROM access_tokens WHERE person = $1 ORDER BY id DESC",
                    values![*id],
                )
                .await?
            }
            TokenOwner::Organization(name) => {
                link.all(
                    "SELECT * FROM access_tokens WHERE organization = $1 ORDER BY id DESC",
                    values![name],
                )
                .await?
            }
        };
        found.into_iter().map(TokenColumns::read).collect()
    }

    /// Revokes an access token of this owner, for good. Nothing happens if it
    /// was revoked before.
    pub async fn revoke_token(
        &self,
        owner: &TokenOwner,
        id: TokenId,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut change = self.change(actor).await?;
        let found: Option<TokenColumns> = change
            .link()
            .first("SELECT * FROM access_tokens WHERE id = $1", values![id])
            .await?;
        let token = found.map(TokenColumns::read).transpose()?;
        // Somebody else's token is told from no token by nothing.
        let token = token
            .filter(|token| token.owner == *owner)
            .ok_or_else(|| StoreError::not_found("access token", &id))?;
        if token.revoked_at.is_some() {
            return Ok(());
        }
        let at = change.at();
        change
            .link()
            .execute(
                "UPDATE access_tokens SET revoked_at = $1 WHERE id = $2",
                values![at, id],
            )
            .await?;
        change
            .commit(Entry {
                organization: owner.organization(),
                action: Action::TokenRevoked,
                subject: &id.to_string(),
                before: Some(json!({"person": owner.person(), "label": token.label})),
                after: None,
            })
            .await
    }

    /// Notes when tokens were used last. No change in the sense of the
    /// history; an earlier moment than the one noted is left out.
    pub async fn touch_tokens(&self, uses: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
        if uses.is_empty() {
            return Ok(());
        }
        // In one order, so that two who do the same do not wait for each other.
        let mut uses = uses.to_vec();
        uses.sort_unstable();
        let mut work = self.db.write().await?;
        for (id, at) in uses {
            work.link()
                .execute(
                    "UPDATE access_tokens SET last_used_at = $1
                     WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
                    values![at, id],
                )
                .await?;
        }
        work.commit().await
    }
}

impl Change<'_> {
    /// That whoever the token is to be for is there.
    async fn check_token_owner(&mut self, owner: &TokenOwner) -> Result<(), StoreError> {
        let id = match owner {
            TokenOwner::Organization(name) => return self.check_organization(name).await,
            TokenOwner::Person(id) => *id,
        };
        let found: Option<(String,)> = self
            .link()
            .first("SELECT id FROM people WHERE id = $1", values![id])
            .await?;
        match found {
            Some(_) => Ok(()),
            None => Err(StoreError::not_found("person", &id)),
        }
    }
}
