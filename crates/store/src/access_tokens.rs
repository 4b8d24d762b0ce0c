//! Access tokens of people and of organizations, without the tokens.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Switch};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::change::{Change, Entry};
use crate::column::{Place, check_text};
use crate::error::{Conflict, StoreError};
use crate::history::Action;
use crate::ids::{PersonId, TokenId};
use crate::link::{maybe_time, values};
use crate::store::Store;
use crate::token_resources::TokenResource;

/// The most access tokens of one owner that are not revoked.
const MOST_TOKENS: i64 = 1_000;

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
    /// What its owner has written about it.
    pub description: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// What it is bounded to, if its owner has said so.
    pub resources: Option<Vec<TokenResource>>,
    /// Off, it counts for nothing until it is switched on again.
    pub status: Switch,
    /// Who made it; not known of one that is older than this is kept.
    pub created_by: Option<Actor>,
    /// From where and with what it was made.
    pub origin: TokenOrigin,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to within the time that last uses are gathered.
    pub last_used_at: Option<Timestamp>,
}

/// From where and with what a token was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenOrigin {
    /// The address; empty if it was made on the server itself.
    pub address: String,
    /// The program, by its own word (`User-Agent`).
    pub agent: String,
}

/// An access token to be.
#[derive(Clone)]
pub struct NewToken {
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it.
    pub label: String,
    /// What its owner has written about it.
    pub description: String,
    /// The token's keyed hash, by which it is found.
    pub hash: [u8; 32],
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// What it is bounded to, if its owner says so.
    pub resources: Option<Vec<TokenResource>>,
    /// From where and with what it is made.
    pub origin: TokenOrigin,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl NewToken {
    /// A token of which there is no more to say.
    pub fn new(owner: TokenOwner, label: impl Into<String>, hash: [u8; 32]) -> Self {
        Self {
            owner,
            label: label.into(),
            description: String::new(),
            hash,
            scopes: Vec::new(),
            resources: None,
            origin: TokenOrigin::default(),
            expires_at: None,
        }
    }
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("owner", &self.owner)
            .field("label", &self.label)
            .field("scopes", &self.scopes)
            .field("resources", &self.resources)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl TokenOwner {
    pub(crate) fn person(&self) -> Option<String> {
        match self {
            Self::Person(id) => Some(id.to_string()),
            Self::Organization(_) => None,
        }
    }

    pub(crate) fn organization(&self) -> Option<&OrganizationName> {
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

/// A question about access tokens: the columns of [`TokenColumns`] by name, and
/// what follows.
macro_rules! select_tokens {
    ($rest:literal) => {
        concat!(
            "SELECT id, person, organization, label, description, scopes, resources, status,
                 created_by, creator_address, creator_agent, created_at, expires_at, revoked_at,
                 last_used_at FROM access_tokens ",
            $rest
        )
    };
}
pub(crate) use select_tokens;

/// The columns of a token.
#[derive(sqlx::FromRow)]
pub(crate) struct TokenColumns {
    id: String,
    person: Option<String>,
    organization: Option<String>,
    label: String,
    description: String,
    scopes: String,
    resources: Option<String>,
    status: String,
    created_by: Option<String>,
    creator_address: String,
    creator_agent: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TokenColumns {
    pub(crate) fn read(self) -> Result<Token, StoreError> {
        let place = Place {
            what: "access token",
            name: &self.id,
        };
        let (person, organization) = (self.person.as_deref(), self.organization.as_deref());
        Ok(Token {
            id: place.parse(&self.id)?,
            owner: TokenOwner::read(place, person, organization)?,
            scopes: place.json(&self.scopes)?,
            resources: place.json_some(self.resources.as_deref())?,
            status: place.word(&self.status)?,
            created_by: place.parse_some(self.created_by.as_deref())?,
            created_at: place.time(self.created_at)?,
            expires_at: place.time_some(self.expires_at)?,
            revoked_at: place.time_some(self.revoked_at)?,
            last_used_at: place.time_some(self.last_used_at)?,
            label: self.label,
            description: self.description,
            origin: TokenOrigin {
                address: self.creator_address,
                agent: self.creator_agent,
            },
        })
    }
}

impl NewToken {
    fn check(&self) -> Result<(), StoreError> {
        check_words(&self.label, &self.description, self.resources.as_deref())?;
        for scope in &self.scopes {
            check_text("scope", scope, 100)?;
        }
        check_text("address", &self.origin.address, 100)?;
        check_text("program", &self.origin.agent, 500)
    }

    /// What the history tells of it.
    fn tell(&self) -> Json {
        json!({
            "person": self.owner.person(),
            "label": self.label,
            "description": self.description,
            "scopes": self.scopes,
            "resources": self.resources,
            "expires_at": self.expires_at,
        })
    }
}

/// Refuses what an owner writes about a token and what cannot be kept.
pub(crate) fn check_words(
    label: &str,
    description: &str,
    resources: Option<&[TokenResource]>,
) -> Result<(), StoreError> {
    check_text("label", label, 200)?;
    check_text("description", description, 1_000)?;
    for resource in resources.into_iter().flatten() {
        check_text("path of a resource", &resource.path, 300)?;
        for scope in &resource.scopes {
            check_text("scope of a resource", scope, 100)?;
        }
    }
    Ok(())
}

impl Store {
    /// Keeps a new access token.
    pub async fn add_token(&self, token: NewToken, actor: &Actor) -> Result<Token, StoreError> {
        token.check()?;
        let mut change = self.change(actor).await?;
        change.check_token_owner(&token.owner).await?;
        let (id, created_at) = (TokenId::generate(), change.at());
        let organization = token.owner.organization();
        let resources = token.resources.as_ref();
        change
            .link()
            .execute(
                "INSERT INTO access_tokens
                     (id, person, organization, label, description, hash, scopes, resources,
                      created_by, creator_address, creator_agent, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                values![
                    id,
                    token.owner.person(),
                    organization.map(OrganizationName::as_str),
                    &*token.label,
                    &*token.description,
                    &token.hash[..],
                    json!(token.scopes).to_string(),
                    resources.map(|resources| json!(resources).to_string()),
                    actor.to_string(),
                    &*token.origin.address,
                    &*token.origin.agent,
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
                after: Some(token.tell()),
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
            description: token.description,
            scopes: token.scopes,
            resources: token.resources,
            status: Switch::On,
            created_by: Some(actor.clone()),
            origin: token.origin,
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
            .first(select_tokens!("WHERE id = $1"), values![id])
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
                    select_tokens!("WHERE person = $1 ORDER BY id DESC"),
                    values![*id],
                )
                .await?
            }
            TokenOwner::Organization(name) => {
                link.all(
                    select_tokens!("WHERE organization = $1 ORDER BY id DESC"),
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
        let token = change.token_of(owner, id).await?;
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
    /// A token of this owner, revoked or not. Somebody else's is told from no
    /// token by nothing.
    pub(crate) async fn token_of(
        &mut self,
        owner: &TokenOwner,
        id: TokenId,
    ) -> Result<Token, StoreError> {
        let found: Option<TokenColumns> = self
            .link()
            .first(select_tokens!("WHERE id = $1"), values![id])
            .await?;
        let token = found.map(TokenColumns::read).transpose()?;
        token
            .filter(|token| token.owner == *owner)
            .ok_or_else(|| StoreError::not_found("access token", &id))
    }

    /// That whoever the token is to be for is there, and does not have more of
    /// them than anybody needs: all of them are kept in memory.
    async fn check_token_owner(&mut self, owner: &TokenOwner) -> Result<(), StoreError> {
        let (count,): (i64,) = match owner {
            TokenOwner::Organization(name) => {
                self.check_organization(name).await?;
                self.link()
                    .only(
                        "SELECT count(*) FROM access_tokens
                         WHERE revoked_at IS NULL AND organization = $1",
                        values![name],
                    )
                    .await?
            }
            TokenOwner::Person(id) => {
                let found: Option<(String,)> = self
                    .link()
                    .first("SELECT id FROM people WHERE id = $1", values![*id])
                    .await?;
                found.ok_or_else(|| StoreError::not_found("person", id))?;
                self.link()
                    .only(
                        "SELECT count(*) FROM access_tokens
                         WHERE revoked_at IS NULL AND person = $1",
                        values![*id],
                    )
                    .await?
            }
        };
        if count >= MOST_TOKENS {
            return Err(Conflict::TooManyTokens { most: MOST_TOKENS }.into());
        }
        Ok(())
    }
}
