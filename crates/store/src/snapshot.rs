//! Everything that deciding needs, as it was at one moment.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, PolicyParts, Role, TeamName};

use crate::access_tokens::TokenOwner;
use crate::error::StoreError;
use crate::ids::{PersonId, TokenId};
use crate::people::Person;
use crate::store::Store;

/// Everything that deciding needs, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The generation of that moment.
    pub generation: i64,
    /// All people, deactivated ones included.
    pub people: Vec<Person>,
    /// All access tokens that are not revoked; some may have expired.
    pub tokens: Vec<TokenRow>,
    /// All organizations.
    pub organizations: Vec<OrganizationRow>,
}

/// An access token, to be recognised by.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Which it is.
    pub id: TokenId,
    /// Whose it is.
    pub owner: TokenOwner,
    /// Its keyed hash.
    pub hash: [u8; 32],
    /// What it may be used for.
    pub scopes: Vec<String>,
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
        todo!()
    }

    /// Reads everything that deciding needs in one consistent picture.
    pub async fn load(&self) -> Result<Snapshot, StoreError> {
        todo!()
    }
}
