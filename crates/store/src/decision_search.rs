//! Looking for decisions.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use pullgate_policy::{Category, OrganizationName, Outcome, Rule, TeamName};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::column::Place;
use crate::decisions::{DecisionColumns, DecisionRecord, select_decisions};
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::{Value, values};
use crate::search::Search;
use crate::store::Store;
use crate::teams::OWNERS;
use crate::window::Window;

/// Where a page of decisions ends: at this decision. As text,
/// `1793534400000.0195f3c0-…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionCursor {
    /// When it was decided.
    pub at: Timestamp,
    /// Which it is.
    pub id: Uuid,
}

impl fmt::Display for DecisionCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millisecond(), self.id)
    }
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the decisions where a page could go on; begin with the first page")]
pub struct InvalidCursor;

impl FromStr for DecisionCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let at = at.parse().map_err(|_| InvalidCursor)?;
        Ok(Self {
            at: Timestamp::from_millisecond(at).map_err(|_| InvalidCursor)?,
            id: id.parse().map_err(|_| InvalidCursor)?,
        })
    }
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
    /// In which team of the organization those are now who asked. Looked at
    /// only within an organization.
    pub team: Option<TeamName>,
    /// Who asked, as it is recorded.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The rule that decided.
    pub rule: Option<Rule>,
    /// The category, seen from the organization that decided.
    pub category: Option<Category>,
    /// A part of what the client calls itself, in any case.
    pub client: Option<String>,
    /// What was asked for: `manifest`, `blob`, `tags`, `referrers` and so on.
    pub action: Option<String>,
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
            team: None,
            subject: None,
            outcome: None,
            rule: None,
            category: None,
            client: None,
            action: None,
            since: None,
            until: None,
            before: None,
            limit: 100,
        }
    }
}

/// Newest first.
const ORDER: &str = "at DESC, id DESC";

/// What was found among the newest decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionsFound {
    /// Those that match, newest first, at most as many as were asked for.
    pub decisions: Vec<DecisionRecord>,
    /// The oldest that was looked at, where it was not for the limit that no
    /// more were found and there are older ones; a search goes on before it.
    pub looked_to: Option<DecisionCursor>,
}

impl Store {
    /// The decisions that match among the newest `most`, newest first: a
    /// search that takes no longer, however many decisions there are and
    /// however few match.
    ///
    /// What an index leads to (organization, repository, person, outcome and
    /// time) is not counted among those that were looked at in vain.
    pub async fn look_for_decisions(
        &self,
        filter: &DecisionFilter,
        most: u32,
    ) -> Result<DecisionsFound, StoreError> {
        let mut newest = Search::new(select_decisions!(""));
        narrow(&mut newest, filter);
        let mut search = newest.among_first(
            "SELECT id, at, count, subject, person, organization, client, address, action,
                 repository, reference, digest, category, badge, rule, outcome, team
             FROM",
            ORDER,
            most,
        );
        sift(&mut search, filter);
        let mut picture = self.db.picture().await?;
        let rows: Vec<DecisionColumns> = search.page(picture.link(), ORDER, filter.limit).await?;
        let looked_to = if rows.len() < filter.limit as usize {
            let mut last = Search::new("SELECT at, id FROM decisions");
            narrow(&mut last, filter);
            let window = Window {
                offset: u64::from(most.saturating_sub(1)),
                limit: 1,
            };
            last.window(picture.link(), ORDER, window).await?.pop()
        } else {
            None
        };
        let cursor = |(at, id): (i64, String)| {
            let place = Place {
                what: "decision",
                name: &id,
            };
            Ok::<_, StoreError>(DecisionCursor {
                at: place.time(at)?,
                id: place.parse(&id)?,
            })
        };
        Ok(DecisionsFound {
            decisions: rows
                .into_iter()
                .map(DecisionColumns::read)
                .collect::<Result<_, _>>()?,
            looked_to: looked_to.map(cursor).transpose()?,
        })
    }

    /// The decisions that match, newest first.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let mut search = Search::new(select_decisions!(""));
        narrow(&mut search, filter);
        sift(&mut search, filter);
        let rows: Vec<DecisionColumns> = search
            .page(self.db.reader().await?.link(), ORDER, filter.limit)
            .await?;
        rows.into_iter().map(DecisionColumns::read).collect()
    }

    /// One decision of an organization's.
    pub async fn decision(
        &self,
        organization: &OrganizationName,
        id: Uuid,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        let found: Option<DecisionColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(
                select_decisions!("WHERE id = $1 AND organization = $2"),
                values![id, organization],
            )
            .await?;
        found.map(DecisionColumns::read).transpose()
    }
}

/// Adds what an index leads to.
fn narrow<'v>(search: &mut Search<'v>, filter: &'v DecisionFilter) {
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
        let has_index = filter.person.is_some() || filter.repository.is_some();
        search.condition(match (outcome, has_index) {
            // Not by an index of outcomes, where that of the person or of the
            // repository leads to fewer; SQLite takes the one with more columns.
            (Outcome::Allowed, true) => "outcome || '' = 'allowed'",
            (Outcome::Monitored, true) => "outcome || '' = 'monitored'",
            (Outcome::Denied, true) => "outcome || '' = 'denied'",
            // Said twice, for the index of what was not allowed: SQLite uses
            // it only where its own condition stands in the question.
            (Outcome::Allowed, false) => "outcome = 'allowed'",
            (Outcome::Monitored, false) => "outcome = 'monitored' AND outcome <> 'allowed'",
            (Outcome::Denied, false) => "outcome = 'denied' AND outcome <> 'allowed'",
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
}

/// Adds what each decision has to be looked at for.
fn sift<'v>(search: &mut Search<'v>, filter: &'v DecisionFilter) {
    if let (Some(organization), Some(team)) = (&filter.organization, &filter.team) {
        add_team(search, organization, team);
    }
    if let Some(subject) = &filter.subject {
        search.add("subject = ", &**subject);
    }
    if let Some(rule) = filter.rule {
        search.add("rule = ", rule.as_str());
    }
    if let Some(category) = filter.category {
        search.add("category = ", category.as_str());
    }
    if let Some(client) = &filter.client {
        search.add_holds("lower(client) LIKE ", &client.to_ascii_lowercase());
    }
    if let Some(action) = &filter.action {
        search.add("action = ", &**action);
    }
}

/// That those who asked are in a team now. The owners are one, too.
fn add_team<'v>(search: &mut Search<'v>, organization: &'v OrganizationName, team: &'v TeamName) {
    if team.as_str() == OWNERS {
        search.add_within(
            "person IN (SELECT person FROM members WHERE role = 'owner' AND organization = ?)",
            [organization.into()],
        );
    } else {
        search.add_within(
            "person IN (SELECT person FROM team_members WHERE organization = ? AND team = ?)",
            [organization.into(), Value::from(team)],
        );
    }
}
