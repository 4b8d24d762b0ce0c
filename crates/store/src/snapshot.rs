//! Everything that deciding needs, as it was at one moment.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, PolicyParts, Role, Switch, TeamName};

use crate::access_tokens::TokenOwner;
use crate::column::Place;
use crate::error::StoreError;
use crate::ids::{PersonId, TokenId};
use crate::link::{Link, values};
use crate::organization_rows;
use crate::people::{Person, PersonColumns, select_people};
use crate::signing_keys::{self, SigningKey};
use crate::store::Store;
use crate::token_resources::TokenResource;

/// Everything that deciding needs, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The generation of that moment.
    pub generation: i64,
    /// All people, deactivated ones included.
    pub people: Vec<Person>,
    /// All access tokens that are not revoked; some may have expired or be
    /// switched off.
    pub tokens: Vec<TokenRow>,
    /// All organizations.
    pub organizations: Vec<OrganizationRow>,
    /// The keys that sign, and those that only verify.
    pub signing_keys: Vec<SigningKey>,
}

/// An access token, to be recognised by.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Which it is.
    pub id: TokenId,
    /// Whose it is.
    pub owner: TokenOwner,
    /// What its owner calls it.
    pub label: String,
    /// Its keyed hash.
    pub hash: [u8; 32],
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// What it is bounded to, if its owner has said so.
    pub resources: Option<Vec<TokenResource>>,
    /// Off, it counts for nothing until it is switched on again.
    pub status: Switch,
    /// From when on it counts no more, if it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRow")
            .field("id", &self.id)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

/// An organization with its policy and its people.
#[derive(Clone, Debug)]
pub struct OrganizationRow {
    /// Its name.
    pub name: OrganizationName,
    /// Its name as people write it.
    pub display_name: String,
    /// Its policy without the exceptions that have ended, or why that cannot
    /// be read. Who must satisfy a policy that cannot be read is denied.
    pub policy: Result<PolicyParts, String>,
    /// Its members and their roles.
    pub members: Vec<(PersonId, Role)>,
    /// Who is in which of its teams.
    pub team_members: Vec<(TeamName, PersonId)>,
}

impl Store {
    /// The number of the last change. One cheap question, to be asked often.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        generation(self.db.reader().await?.link()).await
    }

    /// Reads everything that deciding needs in one consistent picture.
    ///
    /// A person or a token that cannot be read is left out, which denies; a
    /// policy that cannot be read is marked as such. What would weaken a
    /// decision by its absence is an error.
    pub async fn load(&self) -> Result<Snapshot, StoreError> {
        let now = self.now();
        let mut picture = self.db.picture().await?;
        let generation = generation(picture.link()).await?;
        let people: Vec<PersonColumns> = picture.link().all(select_people!(""), values![]).await?;
        let tokens: Vec<TokenColumns> = picture
            .link()
            .all(
                "SELECT id, person, organization, label, hash, scopes, resources, status,
                        expires_at
                 FROM access_tokens WHERE revoked_at IS NULL",
                values![],
            )
            .await?;
        let organizations = organization_rows::read(&mut picture, now).await?;
        let signing_keys = signing_keys::read(picture.link()).await?;
        picture.commit().await?;
        let people = people.into_iter().map(PersonColumns::read);
        let tokens = tokens.into_iter().map(TokenColumns::read);
        Ok(Snapshot {
            generation,
            people: people.filter_map(readable).collect(),
            tokens: tokens.filter_map(readable).collect(),
            organizations,
            signing_keys,
        })
    }
}

async fn generation(link: Link<'_>) -> Result<i64, StoreError> {
    let (generation,): (i64,) = link
        .only("SELECT value FROM generation WHERE id = 1", values![])
        .await?;
    Ok(generation)
}

/// What can be read; what cannot is told of and left out.
fn readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(%error, "left out of what is decided by"))
        .ok()
}

/// The columns of a token that is not revoked.
#[derive(sqlx::FromRow)]
struct TokenColumns {
    id: String,
    person: Option<String>,
    organization: Option<String>,
    label: String,
    hash: Vec<u8>,
    scopes: String,
    resources: Option<String>,
    status: String,
    expires_at: Option<i64>,
}

impl TokenColumns {
    fn read(self) -> Result<TokenRow, StoreError> {
        let place = Place {
            what: "access token",
            name: &self.id,
        };
        let (person, organization) = (self.person.as_deref(), self.organization.as_deref());
        let hash = self.hash.try_into();
        Ok(TokenRow {
            id: place.parse(&self.id)?,
            owner: TokenOwner::read(place, person, organization)?,
            label: self.label,
            hash: hash.map_err(|_| place.corrupt("its hash does not have 32 bytes"))?,
            scopes: place.json(&self.scopes)?,
            resources: place.json_some(self.resources.as_deref())?,
            status: place.word(&self.status)?,
            expires_at: place.time_some(self.expires_at)?,
        })
    }
}
