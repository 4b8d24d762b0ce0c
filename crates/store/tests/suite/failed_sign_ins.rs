//! Failed sign-ins, counted for all replicas together.

use std::time::Duration;

use jiff::Timestamp;
use pullgate_store::{Failure, FailureBucket};
use rstest::rstest;

use crate::home::Backend::{self, Postgres, Sqlite};
use crate::home::{Home, open};

const MIA: FailureBucket = [1; 32];
const OFFICE: FailureBucket = [2; 32];
const OTHER: FailureBucket = [3; 32];
const STEP: u64 = 90;

fn failure(home: &Home, bucket: FailureBucket) -> Failure {
    Failure {
        bucket,
        at: home.now(),
        step: Duration::from_secs(STEP),
        most: Duration::from_secs(10 * STEP),
    }
}

/// In how many seconds a bucket's failures are free again.
async fn seconds(home: &Home, bucket: FailureBucket) -> Option<i64> {
    let told = home.store.failed_sign_ins(&[bucket, OTHER, [9; 32]]).await;
    let told = told.unwrap();
    let full_at = told.iter().find(|(known, _)| *known == bucket)?.1;
    Some(full_at.duration_since(home.now()).as_secs())
}

#[rstest]
#[tokio::test]
async fn each_failure_moves_the_moment_on(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    assert_eq!(seconds(&home, MIA).await, None);
    let count = async || {
        let failures = [failure(&home, MIA), failure(&home, OFFICE)];
        home.store.count_failed_sign_ins(&failures).await.unwrap()
    };
    let told = count().await;
    let after: Timestamp = home.now() + Duration::from_secs(STEP);
    assert_eq!(told, [(MIA, after), (OFFICE, after)]);
    count().await;
    assert_eq!(seconds(&home, MIA).await, Some(180));
    home.wait(100);
    assert_eq!(seconds(&home, MIA).await, Some(80));
    count().await;
    assert_eq!(seconds(&home, MIA).await, Some(170));
    home.wait(1_000);
    count().await;
    assert_eq!(seconds(&home, MIA).await, Some(90), "from now, if passed");

    home.store.forget_failed_sign_ins(&MIA).await.unwrap();
    assert_eq!(seconds(&home, MIA).await, None);
    assert_eq!(seconds(&home, OFFICE).await, Some(90));
}

#[rstest]
#[tokio::test]
async fn failures_beyond_what_counts_are_not_counted(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    for _ in 0..20 {
        let failures = [failure(&home, MIA)];
        home.store.count_failed_sign_ins(&failures).await.unwrap();
    }
    assert_eq!(seconds(&home, MIA).await, Some(11 * 90));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_count_at_once_lose_no_failure(#[values(Sqlite, Postgres)] on: Backend) {
    let home = Home::on(on).await;
    let mut tasks = Vec::new();
    for replica in 0..4 {
        let store = open(&home.address).await;
        // In both orders, so that they would wait for each other.
        let mut failures = vec![failure(&home, MIA), failure(&home, OFFICE)];
        if replica % 2 == 0 {
            failures.reverse();
        }
        for failure in &mut failures {
            failure.most = Duration::MAX;
        }
        tasks.push(tokio::spawn(async move {
            for _ in 0..10 {
                store.count_failed_sign_ins(&failures).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(seconds(&home, MIA).await, Some(40 * 90));
    assert_eq!(seconds(&home, OFFICE).await, Some(40 * 90));
}

#[rstest]
#[tokio::test]
async fn what_counts_no_more_is_deleted_and_the_rest_is_bounded(
    #[values(Sqlite, Postgres)] on: Backend,
) {
    let home = Home::on(on).await;
    let count = async |bucket: u8, times: usize| {
        for _ in 0..times {
            let failures = [failure(&home, [bucket; 32])];
            home.store.count_failed_sign_ins(&failures).await.unwrap();
        }
    };
    count(10, 1).await;
    home.wait(91);
    for bucket in 11..21 {
        count(bucket, usize::from(bucket) - 10).await;
    }
    home.store.tidy_failed_sign_ins(100).await.unwrap();
    home.wait(-91);
    assert_eq!(seconds(&home, [10; 32]).await, None, "it has passed");
    home.wait(91);
    assert_eq!(seconds(&home, [11; 32]).await, Some(90));
    home.store.tidy_failed_sign_ins(3).await.unwrap();
    for bucket in 11..18 {
        assert_eq!(seconds(&home, [bucket; 32]).await, None, "{bucket}");
    }
    for bucket in 18..21 {
        assert!(seconds(&home, [bucket; 32]).await.is_some(), "{bucket}");
    }
}
