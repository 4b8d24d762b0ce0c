//! What was asked of an organization's policy: decisions that are equal in
//! all that a policy looks at, put together.

use std::collections::HashMap;

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

/// A question in one column, its subject last, as that alone may hold blanks:
/// with SQLite each column of a row costs more than finding the row.
macro_rules! told {
    ($from:literal) => {
        concat!(
            "SELECT repository || ' ' || badge || ' ' || COALESCE(person, '-') || ' ' || allowed
                 || ' ' || monitored || ' ' || denied || ' ' || last_at || ' ' || subject AS told
             FROM ",
            $from
        )
    };
}

/// Whole days, from their sums.
const WHOLE_DAYS: &str = told!(
    "(
        SELECT question,
            CAST(SUM(allowed) AS BIGINT) AS allowed,
            CAST(SUM(monitored) AS BIGINT) AS monitored,
            CAST(SUM(denied) AS BIGINT) AS denied,
            MAX(last_at) AS last_at
        FROM question_days WHERE organization = $1 AND day >= $2 AND day < $3
        GROUP BY question
    ) AS asked
    JOIN decision_questions AS known ON known.id = asked.question"
);

/// What is left at both ends of the period, from the decisions themselves.
const EDGES: &str = told!(
    "(
        SELECT repository, subject, badge, MAX(person) AS person,
            CAST(SUM(CASE outcome WHEN 'allowed' THEN count ELSE 0 END) AS BIGINT) AS allowed,
            CAST(SUM(CASE outcome WHEN 'monitored' THEN count ELSE 0 END) AS BIGINT) AS monitored,
            CAST(SUM(CASE outcome WHEN 'denied' THEN count ELSE 0 END) AS BIGINT) AS denied,
            MAX(at) AS last_at
        FROM (
            SELECT repository, subject, badge, person, outcome, count, at
            FROM decisions WHERE organization = $1 AND at >= $2 AND at < $3
            UNION ALL
            SELECT repository, subject, badge, person, outcome, count, at
            FROM decisions WHERE organization = $1 AND at >= $4 AND at < $5
        ) AS one
        GROUP BY repository, subject, badge
    ) AS asked"
);

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
struct QuestionTold {
    told: String,
}

impl QuestionTold {
    /// Reads it; many are about the same repositories, each of which is parsed
    /// once.
    fn read(
        &self,
        parsed: &mut HashMap<String, Repository>,
    ) -> Result<RecordedQuestion, StoreError> {
        let place = Place {
            what: "decisions",
            name: &self.told,
        };
        let mut rest = self.told.splitn(8, ' ');
        let mut next = || rest.next().ok_or_else(|| place.corrupt("it is too short"));
        let repository = next()?;
        let repository = if let Some(repository) = parsed.get(repository) {
            repository.clone()
        } else {
            let read: Repository = place.parse(repository)?;
            parsed.insert(repository.to_owned(), read.clone());
            read
        };
        let badge = place.word(next()?)?;
        let person = next()?;
        let mut number = || place.parse::<u64>(next()?);
        Ok(RecordedQuestion {
            repository,
            badge,
            person: place.parse_some((person != "-").then_some(person))?,
            allowed: number()?,
            monitored: number()?,
            denied: number()?,
            last_at: place.time(place.parse(next()?)?)?,
            subject: next()?.to_owned(),
        })
    }
}

impl Store {
    /// Hands over what was asked of an organization's policy from one moment
    /// up to and without another, or up to now, question by question. The same
    /// question may come twice: with what was decided on whole days, and with
    /// what was decided before and after them.
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
        let mut parsed = HashMap::new();
        let mut hand_over = |row: QuestionTold| {
            take(row.read(&mut parsed)?);
            Ok(())
        };
        let whole = values![organization, days[0], days[1]];
        picture
            .link()
            .each(WHOLE_DAYS, whole, &mut hand_over)
            .await?;
        let edges = values![
            organization,
            edges[0][0],
            edges[0][1],
            edges[1][0],
            edges[1][1],
        ];
        picture.link().each(EDGES, edges, &mut hand_over).await?;
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
