//! Forgetting decisions that are too old.

use jiff::Timestamp;

use crate::day::Day;
use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

impl Store {
    /// Deletes the oldest of what was decided before a moment, at most `most`
    /// rows, and returns how many that were: fewer than `most` means that
    /// nothing is left. Sums are kept until their whole day is over.
    ///
    /// One call is one short transaction, so that nobody who writes waits long.
    pub async fn forget_decisions(&self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        let most = u64::from(most);
        let (day, limit) = (
            Day::of(before).number(),
            i64::try_from(most).unwrap_or(i64::MAX),
        );
        let mut work = self.db.write().await?;
        let mut gone = work
            .link()
            .execute(
                "DELETE FROM decisions WHERE id IN
                 (SELECT id FROM decisions WHERE at < $1 ORDER BY at LIMIT $2)",
                values![before, limit],
            )
            .await?;
        // The tables of sums are in order of the organization.
        let organizations: Vec<(String,)> = work
            .link()
            .all(
                "SELECT DISTINCT organization FROM decision_totals WHERE day < $1",
                values![day],
            )
            .await?;
        for (organization,) in &organizations {
            for text in [DELETE_DAYS, DELETE_QUESTIONS, DELETE_TOTALS] {
                if gone >= most {
                    break;
                }
                let limit = i64::try_from(most - gone).unwrap_or(i64::MAX);
                gone += work
                    .link()
                    .execute(text, values![&**organization, day, limit])
                    .await?;
            }
        }
        work.commit().await?;
        Ok(gone)
    }
}

/// Before the totals, which say whose sums there are.
const DELETE_DAYS: &str = "
    DELETE FROM question_days WHERE (organization, day, question) IN
    (SELECT organization, day, question FROM question_days
     WHERE organization = $1 AND day < $2 LIMIT $3)";

/// After their sums.
const DELETE_QUESTIONS: &str = "
    DELETE FROM decision_questions WHERE id IN
    (SELECT id FROM decision_questions
     WHERE organization = $1 AND last_day < $2 LIMIT $3)";

const DELETE_TOTALS: &str = "
    DELETE FROM decision_totals WHERE (organization, day, outcome, category, repository) IN
    (SELECT organization, day, outcome, category, repository FROM decision_totals
     WHERE organization = $1 AND day < $2 LIMIT $3)";
