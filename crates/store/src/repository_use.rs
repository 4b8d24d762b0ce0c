//! How often a repository was asked for.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use pullgate_reference::Repository;

use crate::column::Place;
use crate::day::Day;
use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

/// How often an organization's policy decided about a repository in some days,
/// and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RepositoryUse {
    /// How often it was allowed.
    pub allowed: u64,
    /// How often it was allowed, and would have been denied if enforced.
    pub monitored: u64,
    /// How often it was denied.
    pub denied: u64,
    /// How many people and machines asked.
    pub subjects: u64,
    /// When the last one asked; none if nobody did.
    pub last_at: Option<Timestamp>,
}

/// The key of the sums begins with the organization and the day, so each day
/// is looked up by itself, for each that has asked: a month of a large
/// organization is many rows, and of one repository few.
const QUESTION: &str = "
    WITH RECURSIVE days (day) AS (
        SELECT CAST($3 AS BIGINT) UNION ALL SELECT day + 1 FROM days WHERE day < $4
    )
    SELECT CAST(COALESCE(SUM(sums.allowed), 0) AS BIGINT),
        CAST(COALESCE(SUM(sums.monitored), 0) AS BIGINT),
        CAST(COALESCE(SUM(sums.denied), 0) AS BIGINT),
        COUNT(DISTINCT asked.subject), MAX(sums.last_at)
    FROM decision_questions AS asked CROSS JOIN days CROSS JOIN question_days AS sums
    WHERE asked.organization = $1 AND asked.repository = $2 AND asked.last_day >= $3
        AND sums.organization = $1 AND sums.day = days.day AND sums.question = asked.id";

impl Store {
    /// How often an organization's policy decided about a repository, from one
    /// day to another.
    pub async fn repository_use(
        &self,
        organization: &OrganizationName,
        repository: &Repository,
        first: Day,
        last: Day,
    ) -> Result<RepositoryUse, StoreError> {
        let (allowed, monitored, denied, subjects, last_at): (i64, i64, i64, i64, Option<i64>) =
            self.db
                .reader()
                .await?
                .link()
                .only(
                    QUESTION,
                    values![organization, repository, first.number(), last.number()],
                )
                .await?;
        let place = Place {
            what: "sums of decisions",
            name: organization.as_str(),
        };
        let count = |number: i64| u64::try_from(number).map_err(|cause| place.corrupt(cause));
        Ok(RepositoryUse {
            allowed: count(allowed)?,
            monitored: count(monitored)?,
            denied: count(denied)?,
            subjects: count(subjects)?,
            last_at: place.time_some(last_at)?,
        })
    }
}
