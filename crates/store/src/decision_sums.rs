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
    questions: BTreeMap<QuestionKey, Asked>,
    totals: BTreeMap<TotalKey, Sum>,
}

/// Who asked for what: what a policy looks at.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct QuestionKey {
    organization: String,
    repository: String,
    subject: String,
    badge: &'static str,
}

struct Asked {
    person: Option<PersonId>,
    days: BTreeMap<Day, Outcomes>,
}

struct Outcomes {
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
            repository: decision.repository.to_string(),
            subject: decision.kept_subject().into_owned(),
            badge: decision.badge.as_str(),
        };
        let asked = self.questions.entry(key).or_insert(Asked {
            person: decision.person,
            days: BTreeMap::new(),
        });
        let outcomes = asked.days.entry(day).or_insert(Outcomes {
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
            let values = chunk.iter().flat_map(|(key, asked)| question(key, asked));
            add_rows(work.link(), &QUESTIONS, chunk.len(), values.collect()).await?;
        }
        // All questions are there by now, and no other writer has them.
        let days = questions
            .iter()
            .flat_map(|(key, asked)| asked.days.iter().map(move |(day, sums)| (*key, day, sums)));
        let days: Vec<_> = days.collect();
        for chunk in days.chunks(CHUNK) {
            let values = chunk
                .iter()
                .flat_map(|(key, day, outcomes)| question_day(key, **day, outcomes));
            add_rows(work.link(), &DAYS, chunk.len(), values.collect()).await?;
        }
        let totals: Vec<_> = self.totals.iter().collect();
        for chunk in totals.chunks(CHUNK) {
            let values = chunk.iter().flat_map(|(key, sum)| total(key, sum));
            add_rows(work.link(), &TOTALS, chunk.len(), values.collect()).await?;
        }
        Ok(())
    }
}

/// How rows are added to a table: what stands before them, and after.
struct Table {
    columns: usize,
    before: &'static str,
    after: &'static str,
}

/// A question that is there is left alone, for most are, but the first time on
/// each day. Its row is locked in any case.
const QUESTIONS: Table = Table {
    columns: 6,
    before: "INSERT INTO decision_questions AS known
         (organization, repository, subject, badge, person, last_day) VALUES",
    after: "ON CONFLICT (organization, repository, subject, badge) DO UPDATE SET
         person = excluded.person,
         last_day = CASE WHEN excluded.last_day > known.last_day
             THEN excluded.last_day ELSE known.last_day END
         WHERE excluded.last_day > known.last_day
             OR excluded.person IS DISTINCT FROM known.person",
};

const DAYS: Table = Table {
    columns: 9,
    before: "WITH asked (organization, repository, subject, badge,
             day, allowed, monitored, denied, last_at) AS (VALUES",
    after: ")
         INSERT INTO question_days AS days
             (organization, day, question, allowed, monitored, denied, last_at)
         SELECT asked.organization, asked.day, known.id,
             asked.allowed, asked.monitored, asked.denied, asked.last_at
         FROM asked JOIN decision_questions AS known
             ON known.organization = asked.organization
             AND known.repository = asked.repository
             AND known.subject = asked.subject
             AND known.badge = asked.badge
         WHERE TRUE
         ON CONFLICT (organization, day, question) DO UPDATE SET
             allowed = days.allowed + excluded.allowed,
             monitored = days.monitored + excluded.monitored,
             denied = days.denied + excluded.denied,
             last_at = CASE WHEN excluded.last_at > days.last_at
                 THEN excluded.last_at ELSE days.last_at END",
};

const TOTALS: Table = Table {
    columns: 7,
    before: "INSERT INTO decision_totals AS totals
         (organization, day, outcome, category, repository, decisions, last_at) VALUES",
    after: "ON CONFLICT (organization, day, outcome, category, repository) DO UPDATE SET
         decisions = totals.decisions + excluded.decisions,
         last_at = CASE WHEN excluded.last_at > totals.last_at
             THEN excluded.last_at ELSE totals.last_at END",
};

fn question<'v>(key: &'v QuestionKey, asked: &Asked) -> [Value<'v>; QUESTIONS.columns] {
    let last_day = asked.days.last_key_value().map(|(day, _)| day.number());
    [
        (&*key.organization).into(),
        (&*key.repository).into(),
        (&*key.subject).into(),
        key.badge.into(),
        asked.person.map(|id| id.to_string()).into(),
        last_day.unwrap_or_default().into(),
    ]
}

fn question_day<'v>(
    key: &'v QuestionKey,
    day: Day,
    outcomes: &Outcomes,
) -> [Value<'v>; DAYS.columns] {
    [
        (&*key.organization).into(),
        (&*key.repository).into(),
        (&*key.subject).into(),
        key.badge.into(),
        day.number().into(),
        outcomes.allowed.into(),
        outcomes.monitored.into(),
        outcomes.denied.into(),
        outcomes.last_at.into(),
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
        before,
        after,
    } = table;
    let rows = link.dialect().rows(rows, *columns);
    let text = format!("{before} {rows} {after}");
    // Safe: made of static texts and numbers of parameters alone.
    link.execute(AssertSqlSafe(text), &values).await?;
    Ok(())
}
