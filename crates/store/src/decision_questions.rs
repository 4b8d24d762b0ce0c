//! What was asked of an organization's policy: decisions that are equal in
//! all that a policy looks at, put together.

use jiff::Timestamp;
use pullgate_policy::{Badge, OrganizationName};
use pullgate_reference::Repository;

use crate::column::Place;
use crate::day::Day;
use crate::dialect::{Dialect, POSTGRES_MORE_MEMORY};
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::values;
use crate::store::Store;

/// Decisions about the same question: the same subject, repository and badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedQuestion {
    /// Who asked, as [`crate::DecisionRecord::subject`] says.
    pub subject: String,
    /// Who asked, if it was a person.
    pub person: Option<PersonId>,
    /// From which repository.
    pub repository: Repository,
    /// What was known of the namespace.
    pub badge: Badge,
    /// How many of the decisions allowed it.
    pub allowed: u64,
    /// How many allowed it and would have denied it.
    pub monitored: u64,
    /// How many denied it.
    pub denied: u64,
    /// When it was decided last.
    pub last_at: Timestamp,
}

/// Whole days from their sums, and what is left at both ends of the period
/// from the decisions themselves. A range that is empty costs nothing.
const QUESTIONS: &str = "
    SELECT repository, subject, badge, MAX(person) AS person,
        CAST(SUM(allowed) AS BIGINT) AS allowed,
        CAST(SUM(monitored) AS BIGINT) AS monitored,
        CAST(SUM(denied) AS BIGINT) AS denied,
        MAX(last_at) AS last_at
    FROM (
        SELECT repository, subject, badge, person, allowed, monitored, denied, last_at
        FROM decision_days WHERE organization = $1 AND day >= $2 AND day < $3
        UNION ALL
        SELECT repository, subject, badge, person,
            CASE outcome WHEN 'allowed' THEN count ELSE 0 END,
            CASE outcome WHEN 'monitored' THEN count ELSE 0 END,
            CASE outcome WHEN 'denied' THEN count ELSE 0 END,
            at
        FROM decisions WHERE organization = $1 AND at >= $4 AND at < $5
        UNION ALL
        SELECT repository, subject, badge, person,
            CASE outcome WHEN 'allowed' THEN count ELSE 0 END,
            CASE outcome WHEN 'monitored' THEN count ELSE 0 END,
            CASE outcome WHEN 'denied' THEN count ELSE 0 END,
            at
        FROM decisions WHERE organization = $1 AND at >= $6 AND at < $7
    ) AS asked
    GROUP BY repository, subject, badge";

/// How a period is put together.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    /// Whole days.
    days: [i64; 2],
    /// What is left before and after them, in milliseconds since 1970.
    edges: [[i64; 2]; 2],
}

impl Parts {
    fn of(since: Timestamp, until: Option<Timestamp>) -> Self {
        let first = Day::not_before(since);
        let since = since.as_millisecond();
        let Some(until) = until else {
            return Self {
                days: [first.number(), i64::MAX],
                edges: [[since, first.begin()], [0, 0]],
            };
        };
        let end = Day::of(until);
        let until = until.as_millisecond();
        if first < end {
            Self {
                days: [first.number(), end.number()],
                edges: [[since, first.begin()], [end.begin(), until]],
            }
        } else {
            Self {
                days: [0, 0],
                edges: [[since, until], [0, 0]],
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct QuestionColumns {
    repository: String,
    subject: String,
    badge: String,
    person: Option<String>,
    allowed: i64,
    monitored: i64,
    denied: i64,
    last_at: i64,
}

impl QuestionColumns {
    fn read(self, latest: &mut Option<Repository>) -> Result<RecordedQuestion, StoreError> {
        let place = Place {
            what: "decisions",
            name: &self.subject,
        };
        // Many in a row are about the same repository.
        let repository = match latest {
            Some(repository) if repository.as_str() == self.repository => repository.clone(),
            _ => latest.insert(place.parse(&self.repository)?).clone(),
        };
        let number = |number: i64| u64::try_from(number).map_err(|cause| place.corrupt(cause));
        Ok(RecordedQuestion {
            person: place.parse_some(self.person.as_deref())?,
            repository,
            badge: place.word(&self.badge)?,
            allowed: number(self.allowed)?,
            monitored: number(self.monitored)?,
            denied: number(self.denied)?,
            last_at: place.time(self.last_at)?,
            subject: self.subject,
        })
    }
}

impl Store {
    /// Hands over what was asked of an organization's policy from one moment
    /// up to and without another, or up to now, question by question.
    pub async fn recorded_questions(
        &self,
        organization: &OrganizationName,
        since: Timestamp,
        until: Option<Timestamp>,
        mut take: impl FnMut(RecordedQuestion) + Send,
    ) -> Result<(), StoreError> {
        let Parts { days, edges } = Parts::of(since, until);
        let mut picture = self.db.picture().await?;
        if picture.link().dialect() == Dialect::Postgres {
            picture
                .link()
                .execute(POSTGRES_MORE_MEMORY, values![])
                .await?;
        }
        let mut latest = None;
        picture
            .link()
            .each(
                QUESTIONS,
                values![
                    organization,
                    days[0],
                    days[1],
                    edges[0][0],
                    edges[0][1],
                    edges[1][0],
                    edges[1][1],
                ],
                |row: QuestionColumns| {
                    take(row.read(&mut latest)?);
                    Ok(())
                },
            )
            .await?;
        picture.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    fn parts(since: i64, until: Option<i64>) -> Parts {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        Parts::of(at(since), until.map(at))
    }

    #[test]
    fn a_period_is_whole_days_and_what_is_left() {
        let whole = |days, before, after| Parts {
            days,
            edges: [before, after],
        };
        assert_eq!(
            parts(DAY, Some(3 * DAY)),
            whole([1, 3], [DAY, DAY], [3 * DAY, 3 * DAY])
        );
        assert_eq!(
            parts(DAY + 1, Some(4 * DAY - 1)),
            whole([2, 3], [DAY + 1, 2 * DAY], [3 * DAY, 4 * DAY - 1])
        );
        // A midnight within it, and no whole day.
        assert_eq!(
            parts(DAY + 1, Some(3 * DAY - 1)),
            whole([0, 0], [DAY + 1, 3 * DAY - 1], [0, 0])
        );
        assert_eq!(
            parts(DAY + 1, Some(DAY + 9)),
            whole([0, 0], [DAY + 1, DAY + 9], [0, 0])
        );
        assert_eq!(
            parts(DAY + 1, None),
            whole([2, i64::MAX], [DAY + 1, 2 * DAY], [0, 0])
        );
    }
}
