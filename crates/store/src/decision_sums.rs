//! Sums of decisions, written with them.
//!
//! A million decisions are too many to be looked at whenever somebody opens a
//! page or tries a policy out. They are summed up by day as they are recorded,
//! in the same transaction: the sums are always those of the decisions.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use pullgate_policy::Outcome;
use sqlx::AssertSqlSafe;

use crate::day::Day;
use crate::db::Work;
use crate::decisions::DecisionRecord;
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::{Link, Value};

/// How many rows one statement writes.
const CHUNK: usize = 100;

/// What a batch of decisions adds to the sums.
///
/// In the order of their keys: who writes the same rows in one order waits
/// for who came first, and never in a circle.
#[derive(Default)]
pub(crate) struct Sums {
    questions: BTreeMap<QuestionKey, Outcomes>,
    totals: BTreeMap<TotalKey, Sum>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct QuestionKey {
    organization: String,
    day: Day,
    repository: String,
    subject: String,
    badge: &'static str,
}

struct Outcomes {
    person: Option<PersonId>,
    allowed: i64,
    monitored: i64,
    denied: i64,
    last_at: Timestamp,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TotalKey {
    organization: String,
    day: Day,
    outcome: &'static str,
    category: &'static str,
    repository: String,
}

struct Sum {
    decisions: i64,
    last_at: Timestamp,
}

impl Sums {
    /// Adds those of the decisions that are new; each of them once.
    pub(crate) fn add(&mut self, decisions: &[DecisionRecord], mut new: HashSet<String>) {
        for decision in decisions {
            if new.remove(&decision.id.to_string()) {
                self.add_one(decision);
            }
        }
    }

    fn add_one(&mut self, decision: &DecisionRecord) {
        let Some(organization) = &decision.organization else {
            return;
        };
        let (day, count) = (Day::of(decision.at), i64::from(decision.count));
        let key = QuestionKey {
            organization: organization.to_string(),
            day,
            repository: decision.repository.to_string(),
            subject: decision.kept_subject().into_owned(),
            badge: decision.badge.as_str(),
        };
        let outcomes = self.questions.entry(key).or_insert(Outcomes {
            person: decision.person,
            allowed: 0,
            monitored: 0,
            denied: 0,
            last_at: decision.at,
        });
        outcomes.last_at = outcomes.last_at.max(decision.at);
        *match decision.outcome {
            Outcome::Allowed => &mut outcomes.allowed,
            Outcome::Monitored => &mut outcomes.monitored,
            Outcome::Denied => &mut outcomes.denied,
        } += count;
        let key = TotalKey {
            organization: organization.to_string(),
            day,
            outcome: decision.outcome.as_str(),
            category: decision.category.as_str(),
            repository: match decision.outcome {
                Outcome::Allowed => String::new(),
                Outcome::Monitored | Outcome::Denied => decision.repository.to_string(),
            },
        };
        let sum = self.totals.entry(key).or_insert(Sum {
            decisions: 0,
            last_at: decision.at,
        });
        sum.decisions += count;
        sum.last_at = sum.last_at.max(decision.at);
    }

    /// Adds all that to what the database has.
    pub(crate) async fn write(&self, work: &mut Work) -> Result<(), StoreError> {
        let questions: Vec<_> = self.questions.iter().collect();
        for chunk in questions.chunks(CHUNK) {
            let values = chunk.iter().flat_map(|(key, sums)| question(key, sums));
            add_rows(work.link(), &QUESTIONS, chunk.len(), values.collect()).await?;
        }
        let totals: Vec<_> = self.totals.iter().collect();
        for chunk in totals.chunks(CHUNK) {
            let values = chunk.iter().flat_map(|(key, sum)| total(key, sum));
            add_rows(work.link(), &TOTALS, chunk.len(), values.collect()).await?;
        }
        Ok(())
    }
}

/// A table of sums.
struct Table {
    columns: usize,
    insert: &'static str,
    add: &'static str,
}

const QUESTIONS: Table = Table {
    columns: 10,
    insert: "INSERT INTO decision_days AS days
         (organization, day, repository, subject, badge, person, allowed, monitored, denied, last_at)",
    add: "ON CONFLICT (organization, day, repository, subject, badge) DO UPDATE SET
         person = excluded.person,
         allowed = days.allowed + excluded.allowed,
         monitored = days.monitored + excluded.monitored,
         denied = days.denied + excluded.denied,
         last_at = CASE WHEN excluded.last_at > days.last_at
             THEN excluded.last_at ELSE days.last_at END",
};

const TOTALS: Table = Table {
    columns: 7,
    insert: "INSERT INTO decision_totals AS totals
         (organization, day, outcome, category, repository, decisions, last_at)",
    add: "ON CONFLICT (organization, day, outcome, category, repository) DO UPDATE SET
         decisions = totals.decisions + excluded.decisions,
         last_at = CASE WHEN excluded.last_at > totals.last_at
             THEN excluded.last_at ELSE totals.last_at END",
};

fn question<'v>(key: &'v QuestionKey, sums: &Outcomes) -> [Value<'v>; QUESTIONS.columns] {
    [
        (&*key.organization).into(),
        key.day.number().into(),
        (&*key.repository).into(),
        (&*key.subject).into(),
        key.badge.into(),
        sums.person.map(|id| id.to_string()).into(),
        sums.allowed.into(),
        sums.monitored.into(),
        sums.denied.into(),
        sums.last_at.into(),
    ]
}

fn total<'v>(key: &'v TotalKey, sum: &Sum) -> [Value<'v>; TOTALS.columns] {
    [
        (&*key.organization).into(),
        key.day.number().into(),
        key.outcome.into(),
        key.category.into(),
        (&*key.repository).into(),
        sum.decisions.into(),
        sum.last_at.into(),
    ]
}

async fn add_rows(
    link: Link<'_>,
    table: &Table,
    rows: usize,
    values: Vec<Value<'_>>,
) -> Result<(), StoreError> {
    let Table {
        columns,
        insert,
        add,
    } = table;
    let rows = link.dialect().rows(rows, *columns);
    let text = format!("{insert} VALUES {rows} {add}");
    // Safe: made of static texts and numbers of parameters alone.
    link.execute(AssertSqlSafe(text), &values).await?;
    Ok(())
}
