//! The decisions that were made.

use std::borrow::Cow;

use jiff::Timestamp;
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::column::Place;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::Value;
use crate::search::Search;
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

/// The columns, in the order in which they are written.
const COLUMNS: &str = "id, at, count, subject, person, organization, client, address, action, \
     repository, reference, digest, category, badge, rule, outcome, team";
const COLUMN_COUNT: usize = 17;

/// How many rows one statement writes. Few enough that the text stays short,
/// many enough that a round trip to PostgreSQL counts for little.
const CHUNK: usize = 100;

impl DecisionRecord {
    fn values(&self) -> [Value<'_>; COLUMN_COUNT] {
        [
            self.id.into(),
            self.at.into(),
            i64::from(self.count).into(),
            legible(&self.subject, 200).into(),
            self.person.map(|id| id.to_string()).into(),
            self.organization
                .as_ref()
                .map(OrganizationName::as_str)
                .into(),
            legible(&self.client, 200).into(),
            legible(&self.address, 100).into(),
            legible(&self.action, 100).into(),
            (&self.repository).into(),
            self.reference.as_deref().map(|it| legible(it, 300)).into(),
            self.digest.as_deref().map(|it| legible(it, 300)).into(),
            self.category.as_str().into(),
            self.badge.as_str().into(),
            self.rule.as_str().into(),
            self.outcome.as_str().into(),
            self.team.as_ref().map(TeamName::as_str).into(),
        ]
    }
}

/// A text from outside as it is kept: cut, and without control characters, of
/// which PostgreSQL refuses some. A record must not be lost for them.
fn legible(text: &str, longest: usize) -> Cow<'_, str> {
    let fits = text.len() <= longest || text.chars().nth(longest).is_none();
    if fits && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().take(longest).map(shown).collect()
}

/// The columns of a decision.
#[derive(sqlx::FromRow)]
struct DecisionColumns {
    id: String,
    at: i64,
    count: i64,
    subject: String,
    person: Option<String>,
    organization: Option<String>,
    client: String,
    address: String,
    action: String,
    repository: String,
    reference: Option<String>,
    digest: Option<String>,
    category: String,
    badge: String,
    rule: String,
    outcome: String,
    team: Option<String>,
}

impl DecisionColumns {
    fn read(self) -> Result<DecisionRecord, StoreError> {
        let place = Place {
            what: "decision",
            name: &self.id,
        };
        Ok(DecisionRecord {
            id: place.parse(&self.id)?,
            at: place.time(self.at)?,
            count: u32::try_from(self.count).map_err(|cause| place.corrupt(cause))?,
            person: place.parse_some(self.person.as_deref())?,
            organization: place.parse_some(self.organization.as_deref())?,
            repository: place.parse(&self.repository)?,
            category: place.word(&self.category)?,
            badge: place.word(&self.badge)?,
            rule: place.word(&self.rule)?,
            outcome: place.word(&self.outcome)?,
            team: place.parse_some(self.team.as_deref())?,
            subject: self.subject,
            client: self.client,
            address: self.address,
            action: self.action,
            reference: self.reference,
            digest: self.digest,
        })
    }
}

impl Store {
    /// Records decisions, all of them or none. One that was recorded before is
    /// left as it is.
    pub async fn record_decisions(&self, decisions: &[DecisionRecord]) -> Result<(), StoreError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let mut work = self.db.write().await?;
        let dialect = work.link().dialect();
        for chunk in decisions.chunks(CHUNK) {
            let rows = dialect.rows(chunk.len(), COLUMN_COUNT);
            let text = format!(
                "INSERT INTO decisions ({COLUMNS}) VALUES {rows} ON CONFLICT (id) DO NOTHING"
            );
            let values: Vec<_> = chunk.iter().flat_map(DecisionRecord::values).collect();
            // Safe: made of static texts and numbers of parameters alone.
            work.link().execute(AssertSqlSafe(text), &values).await?;
        }
        work.commit().await
    }

    /// The decisions that match, newest first.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let mut search = Search::new("SELECT * FROM decisions");
        if let Some(organization) = &filter.organization {
            search.add("organization = ", organization);
        }
        if let Some(repository) = &filter.repository {
            search.add("repository = ", repository);
        }
        if let Some(person) = filter.person {
            search.add("person = ", person);
        }
        if let Some(outcome) = filter.outcome {
            // Said twice, for the index of what was not allowed: SQLite uses it
            // only where its own condition stands in the question.
            search.condition(match outcome {
                Outcome::Allowed => "outcome = 'allowed'",
                Outcome::Monitored => "outcome = 'monitored' AND outcome <> 'allowed'",
                Outcome::Denied => "outcome = 'denied' AND outcome <> 'allowed'",
            });
        }
        if let Some(since) = filter.since {
            search.add("at >= ", since);
        }
        if let Some(until) = filter.until {
            search.add("at < ", until);
        }
        if let Some(DecisionCursor { at, id }) = filter.before {
            search.add_before("(at, id)", at, id);
        }
        let rows: Vec<DecisionColumns> = search
            .page(
                self.db.reader().await?.link(),
                "at DESC, id DESC",
                filter.limit,
            )
            .await?;
        rows.into_iter().map(DecisionColumns::read).collect()
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
