//! The decisions that were made.

use std::borrow::Cow;

use jiff::Timestamp;
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::column::Place;
use crate::decision_search::DecisionCursor;
use crate::decision_sums::Sums;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::Value;
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
    #[serde(with = "pullgate_policy::text::one")]
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

/// The columns, in the order in which they are written.
const COLUMNS: &str = "id, at, count, subject, person, organization, client, address, action, \
     repository, reference, digest, category, badge, rule, outcome, team";
const COLUMN_COUNT: usize = 17;

/// How many rows one statement writes. Few enough that the text stays short,
/// many enough that a round trip to PostgreSQL counts for little.
const CHUNK: usize = 100;

impl DecisionRecord {
    /// The cursor after which a page goes on.
    pub fn cursor(&self) -> DecisionCursor {
        DecisionCursor {
            at: self.at,
            id: self.id,
        }
    }

    /// Who asked, as it is kept.
    pub(crate) fn kept_subject(&self) -> Cow<'_, str> {
        legible(&self.subject, 200)
    }

    fn values(&self) -> [Value<'_>; COLUMN_COUNT] {
        [
            self.id.into(),
            self.at.into(),
            i64::from(self.count).into(),
            self.kept_subject().into(),
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
pub(crate) fn legible(text: &str, longest: usize) -> Cow<'_, str> {
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

/// A question about decisions: the columns of [`DecisionColumns`] by name, and
/// what follows.
macro_rules! select_decisions {
    ($rest:literal) => {
        concat!(
            "SELECT id, at, count, subject, person, organization, client, address, action,
                 repository, reference, digest, category, badge, rule, outcome, team
             FROM decisions ",
            $rest
        )
    };
}
pub(crate) use select_decisions;

/// The columns of a decision.
#[derive(sqlx::FromRow)]
pub(crate) struct DecisionColumns {
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
    pub(crate) fn read(self) -> Result<DecisionRecord, StoreError> {
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
    /// Records decisions and adds them to the sums, all of them or none. One
    /// that was recorded before is left as it is, and counts once.
    pub async fn record_decisions(&self, decisions: &[DecisionRecord]) -> Result<(), StoreError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let mut work = self.db.write().await?;
        let dialect = work.link().dialect();
        let mut sums = Sums::default();
        for chunk in decisions.chunks(CHUNK) {
            let rows = dialect.rows(chunk.len(), COLUMN_COUNT);
            let text = format!(
                "INSERT INTO decisions ({COLUMNS}) VALUES {rows} ON CONFLICT (id) DO NOTHING
                 RETURNING id"
            );
            let values: Vec<_> = chunk.iter().flat_map(DecisionRecord::values).collect();
            // Safe: made of static texts and numbers of parameters alone.
            let new: Vec<(String,)> = work.link().all(AssertSqlSafe(text), &values).await?;
            sums.add(chunk, new.into_iter().map(|(id,)| id).collect());
        }
        sums.write(&mut work).await?;
        work.commit().await
    }
}
