//! Failed sign-ins, counted for all replicas together.
//!
//! A bucket is what failures are counted by (an account, an address), known by
//! its keyed hash alone: the table tells nobody who has mistyped what. It
//! holds one number, the moment at which all failures will be free again;
//! each failure moves it on by a step, from now if it has passed.
//!
//! Failures are no changes in the sense of the history: anybody can make them.

use std::time::Duration;

use jiff::Timestamp;

use crate::db::Db;
use crate::error::StoreError;
use crate::link::values;
use crate::store::Store;

/// What failures are counted by: a keyed hash.
pub type FailureBucket = [u8; 32];

/// One more failure, to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it is counted.
    pub bucket: FailureBucket,
    /// When.
    pub at: Timestamp,
    /// By how much it moves the bucket's moment on.
    pub step: Duration,
    /// How far ahead of `at` the moment may be and still be moved on: more
    /// failures at once than that are not counted.
    pub most: Duration,
}

impl Store {
    /// Whether other servers may use the same database at the same time.
    pub fn is_shared(&self) -> bool {
        matches!(self.db, Db::Postgres(_))
    }

    /// When all failures of these buckets will be free again, for those in
    /// which failures were counted.
    pub async fn failed_sign_ins(
        &self,
        buckets: &[FailureBucket; 3],
    ) -> Result<Vec<(FailureBucket, Timestamp)>, StoreError> {
        let [first, second, third] = buckets;
        let found: Vec<(Vec<u8>, i64)> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT bucket, full_at FROM failed_sign_ins WHERE bucket IN ($1, $2, $3)",
                values![first.as_slice(), second.as_slice(), third.as_slice()],
            )
            .await?;
        // What nobody here can have written says nothing.
        let read = |(bucket, full_at): (Vec<u8>, i64)| {
            Some((
                FailureBucket::try_from(bucket).ok()?,
                Timestamp::from_millisecond(full_at).ok()?,
            ))
        };
        Ok(found.into_iter().filter_map(read).collect())
    }

    /// Counts failures, all of them or none, and says when all failures of
    /// each bucket will be free again then.
    pub async fn count_failed_sign_ins(
        &self,
        failures: &[Failure],
    ) -> Result<Vec<(FailureBucket, Timestamp)>, StoreError> {
        // In one order, so that two who do the same do not wait for each other.
        let mut failures = failures.to_vec();
        failures.sort_unstable_by_key(|failure| failure.bucket);
        let mut counted = Vec::with_capacity(failures.len());
        let mut work = self.db.write().await?;
        for failure in failures {
            let Failure {
                bucket,
                at,
                step,
                most,
            } = failure;
            let now = at.as_millisecond();
            let alone = now.saturating_add(milliseconds(step));
            let last = now.saturating_add(milliseconds(most));
            let (full_at,): (i64,) = work
                .link()
                .only(
                    "INSERT INTO failed_sign_ins (bucket, full_at) VALUES ($1, $2)
                     ON CONFLICT (bucket) DO UPDATE SET full_at = CASE
                         WHEN failed_sign_ins.full_at <= $3 THEN $2
                         WHEN failed_sign_ins.full_at > $4 THEN failed_sign_ins.full_at
                         ELSE failed_sign_ins.full_at + ($2 - $3)
                     END
                     RETURNING full_at",
                    values![bucket.as_slice(), alone, now, last],
                )
                .await?;
            let full_at = Timestamp::from_millisecond(full_at).unwrap_or(Timestamp::MAX);
            counted.push((bucket, full_at));
        }
        work.commit().await?;
        Ok(counted)
    }

    /// Forgets the failures of a bucket.
    pub async fn forget_failed_sign_ins(&self, bucket: &FailureBucket) -> Result<(), StoreError> {
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "DELETE FROM failed_sign_ins WHERE bucket = $1",
                values![bucket.as_slice()],
            )
            .await?;
        work.commit().await
    }

    /// Deletes the buckets whose failures are all free again, and of more than
    /// `most` others those that will be first.
    pub async fn tidy_failed_sign_ins(&self, most: u32) -> Result<(), StoreError> {
        let now = self.now();
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "DELETE FROM failed_sign_ins WHERE full_at <= $1",
                values![now],
            )
            .await?;
        work.link()
            .execute(
                "DELETE FROM failed_sign_ins WHERE bucket IN
                     (SELECT bucket FROM failed_sign_ins ORDER BY full_at DESC
                      LIMIT 1000000000 OFFSET $1)",
                values![i64::from(most)],
            )
            .await?;
        work.commit().await
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
