//! The decisions that were made.

use jiff::Timestamp;
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;
use crate::ids::PersonId;
use crate::store::Store;

/// A decision, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// A version 7 UUID. Recording the same one twice records it once.
    pub id: Uuid,
    /// When it was decided.
    pub at: Timestamp,
    /// How many same decisions were made in that moment.
    pub count: u32,
    /// Who asked: `person:mia`, `token:<organization>/<label>`, `stranger`.
    pub subject: String,
    /// Who asked, if it was a person.
    pub person: Option<PersonId>,
    /// Whose policy decided; none if there is no such.
    pub organization: Option<OrganizationName>,
    /// What the client calls itself, cut to 200 characters.
    pub client: String,
    /// From which address it asked.
    pub address: String,
    /// What was asked for: `manifest`, `blob`, `tags`, `referrers` and so on.
    pub action: String,
    /// From which repository.
    #[serde(with = "repository_text")]
    pub repository: Repository,
    /// The tag or the digest that was asked for.
    pub reference: Option<String>,
    /// The digest that was decided on, if it was known.
    pub digest: Option<String>,
    /// The category, seen from the organization that decided.
    pub category: Category,
    /// What was known of the namespace.
    pub badge: Badge,
    /// The rule that decided.
    pub rule: Rule,
    /// How it ended.
    pub outcome: Outcome,
    /// The team on whose addition or exception it rests.
    pub team: Option<TeamName>,
}

/// Where a page of decisions ends: at this decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionCursor {
    /// When it was decided.
    pub at: Timestamp,
    /// Which it is.
    pub id: Uuid,
}

/// Which decisions are looked for. What is `None` is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Whose policy decided.
    pub organization: Option<OrganizationName>,
    /// About which repository.
    pub repository: Option<Repository>,
    /// Who asked.
    pub person: Option<PersonId>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<DecisionCursor>,
    /// At most so many; 100 by default.
    pub limit: u32,
}

impl Default for DecisionFilter {
    fn default() -> Self {
        Self {
            organization: None,
            repository: None,
            person: None,
            outcome: None,
            since: None,
            until: None,
            before: None,
            limit: 100,
        }
    }
}

impl DecisionRecord {
    /// The cursor after which the page goes on.
    pub fn cursor(&self) -> DecisionCursor {
        DecisionCursor {
            at: self.at,
            id: self.id,
        }
    }
}

impl Store {
    /// Records decisions, all of them or none. One that was recorded before is
    /// left as it is.
    pub async fn record_decisions(&self, _decisions: &[DecisionRecord]) -> Result<(), StoreError> {
        todo!()
    }

    /// The decisions that match, newest first.
    pub async fn decisions(
        &self,
        _filter: &DecisionFilter,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        todo!()
    }
}

/// A repository as its name.
mod repository_text {
    use pullgate_reference::Repository;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(
        repository: &Repository,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(repository.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Repository, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
