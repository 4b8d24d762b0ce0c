//! How much was decided how, day by day: what an overview shows.

use jiff::Timestamp;
use pullgate_policy::{Category, OrganizationName, Outcome};
use pullgate_reference::Repository;

use crate::column::Place;
use crate::day::Day;
use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

/// How much an organization's policy decided how in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionTotals {
    /// By day, outcome and category, in that order.
    pub totals: Vec<Total>,
    /// The repositories that were denied most often, most often first.
    pub denied: Vec<RepositoryTotal>,
    /// Those that would have been.
    pub monitored: Vec<RepositoryTotal>,
}

/// How many decisions of a day were like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// On which day.
    pub day: Day,
    /// How they ended.
    pub outcome: Outcome,
    /// About images of which category.
    pub category: Category,
    /// How many there were.
    pub decisions: u64,
}

/// How many decisions about a repository were like this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryTotal {
    /// Which repository.
    pub repository: Repository,
    /// Its category; of several that it has had in these days, one.
    pub category: Category,
    /// How many there were.
    pub decisions: u64,
    /// When the last one was.
    pub last_at: Timestamp,
}

/// The most often, of one outcome.
const MOST: &str = "
    SELECT repository, MIN(category), CAST(SUM(decisions) AS BIGINT) AS decisions, MAX(last_at)
    FROM decision_totals
    WHERE organization = $1 AND day >= $2 AND day <= $3 AND outcome = $4
    GROUP BY repository
    ORDER BY decisions DESC, repository LIMIT $5";

impl Store {
    /// How much an organization's policy decided how, from one day to
    /// another, with so many of the repositories that were denied most often.
    pub async fn decision_totals(
        &self,
        organization: &OrganizationName,
        first: Day,
        last: Day,
        most: u32,
    ) -> Result<DecisionTotals, StoreError> {
        let mut picture = self.db.picture().await?;
        let rows: Vec<(i64, String, String, i64)> = picture
            .link()
            .all(
                "SELECT day, outcome, category, CAST(SUM(decisions) AS BIGINT)
                 FROM decision_totals WHERE organization = $1 AND day >= $2 AND day <= $3
                 GROUP BY day, outcome, category ORDER BY day, outcome, category",
                values![organization, first.number(), last.number()],
            )
            .await?;
        let mut of = async |outcome: Outcome| {
            // What there is none of is not looked for among all the rest.
            if !rows.iter().any(|row| row.1 == outcome.as_str()) {
                return Ok(Vec::new());
            }
            let found: Vec<(String, String, i64, i64)> = picture
                .link()
                .all(
                    MOST,
                    values![
                        organization,
                        first.number(),
                        last.number(),
                        outcome.as_str(),
                        i64::from(most),
                    ],
                )
                .await?;
            let read = found
                .into_iter()
                .map(|row| read_repository(organization, &row));
            read.collect::<Result<Vec<_>, StoreError>>()
        };
        let denied = of(Outcome::Denied).await?;
        let monitored = of(Outcome::Monitored).await?;
        picture.commit().await?;
        Ok(DecisionTotals {
            totals: rows
                .iter()
                .map(|row| read_total(organization, row))
                .collect::<Result<_, _>>()?,
            denied,
            monitored,
        })
    }
}

fn place(organization: &OrganizationName) -> Place<'_> {
    Place {
        what: "sums of decisions",
        name: organization.as_str(),
    }
}

fn read_total(
    organization: &OrganizationName,
    (day, outcome, category, decisions): &(i64, String, String, i64),
) -> Result<Total, StoreError> {
    let place = place(organization);
    Ok(Total {
        day: Day::from_number(*day),
        outcome: place.word(outcome)?,
        category: place.word(category)?,
        decisions: u64::try_from(*decisions).map_err(|cause| place.corrupt(cause))?,
    })
}

fn read_repository(
    organization: &OrganizationName,
    (repository, category, decisions, last_at): &(String, String, i64, i64),
) -> Result<RepositoryTotal, StoreError> {
    let place = place(organization);
    Ok(RepositoryTotal {
        repository: place.parse(repository)?,
        category: place.word(category)?,
        decisions: u64::try_from(*decisions).map_err(|cause| place.corrupt(cause))?,
        last_at: place.time(*last_at)?,
    })
}
