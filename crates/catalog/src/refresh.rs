//! Asking again in the background.

use std::time::Duration;

use jiff::Timestamp;

use crate::catalog::Catalog;

/// How often it is looked whether anything needs asking.
const ROUND: Duration = Duration::from_mins(10);

/// How long to wait between two questions.
const PACE: Duration = Duration::from_millis(200);

impl Catalog {
    /// Asks again about namespaces that are in use and soon no longer fresh,
    /// for as long as it runs, so that pulls do not have to wait for it.
    pub async fn keep_fresh(&self) {
        loop {
            tokio::time::sleep(ROUND).await;
            self.refresh().await;
        }
    }

    /// One round of [`Catalog::keep_fresh`]. Returns how many answers came.
    /// Ends early when Docker Hub cannot be asked.
    pub async fn refresh(&self) -> usize {
        let settings = &self.inner.settings;
        let now = self.inner.now();
        let ago = |time: Duration| now.checked_sub(time).unwrap_or(Timestamp::MIN);
        // A little before its time, so that no pull comes in between.
        let soon = settings.fresh_for.saturating_sub(2 * ROUND);
        let worn = self.inner.memory.worn(ago(soon), ago(settings.usable_for));
        let mut answers = 0;
        for namespace in worn {
            if self.inner.ask(&namespace).await.is_none() {
                break;
            }
            answers += 1;
            tokio::time::sleep(PACE).await;
        }
        answers
    }
}
