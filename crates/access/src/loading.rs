//! Who reads everything from the store, and for whom else that counts.
//!
//! Of many who change something at the same moment each wants it to hold
//! before they go on, and each of them could read everything anew. One does,
//! and all who came before it began share what it brings. Between two such
//! reads there is a pause as long as the first of them took, so that even
//! endless changes to a large installation leave half of the time to pulls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pullgate_store::StoreError;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The longest pause between two reads: a change is to hold within a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The turns in which everything is read.
#[derive(Debug, Default)]
pub(crate) struct Loading {
    begun: AtomicU64,
    last: Mutex<Last>,
}

/// The read before.
#[derive(Debug, Default)]
struct Last {
    /// Which it was, counted from one.
    number: u64,
    /// Why it failed, if it did.
    failure: Option<String>,
    /// Before which moment the next one must not begin.
    pause_until: Option<Instant>,
}

impl Loading {
    /// Loads, unless a load that began after this was called has already
    /// brought an answer.
    pub(crate) async fn share(
        &self,
        load: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if last.number > begun_before {
            return last.answer();
        }
        if let Some(end) = last.pause_until {
            tokio::time::sleep_until(end).await;
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let start = Instant::now();
        let answer = load.await;
        let now = Instant::now();
        *last = Last {
            number,
            failure: answer.as_ref().err().map(ToString::to_string),
            pause_until: Some(now + LONGEST_PAUSE.min(now - start)),
        };
        answer
    }
}

impl Last {
    /// For those who share it.
    fn answer(&self) -> Result<(), StoreError> {
        match &self.failure {
            None => Ok(()),
            Some(why) => Err(StoreError::Unavailable {
                why: why.clone(),
                cause: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use pullgate_store::StoreError;
    use tokio::time::Instant;

    use super::Loading;

    const LOAD: Duration = Duration::from_millis(20);

    #[derive(Default)]
    struct Counted {
        loading: Loading,
        loads: AtomicUsize,
    }

    impl Counted {
        async fn load(&self, answer: Result<(), StoreError>) -> Result<(), StoreError> {
            self.loading
                .share(async {
                    self.loads.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(LOAD).await;
                    answer
                })
                .await
        }

        fn loads(&self) -> usize {
            self.loads.load(Ordering::Relaxed)
        }
    }

    fn away() -> Result<(), StoreError> {
        Err(StoreError::Unavailable {
            why: "it is away".to_owned(),
            cause: None,
        })
    }

    #[tokio::test]
    async fn all_who_come_during_a_load_share_the_next_one() {
        let counted = Arc::new(Counted::default());
        let first = tokio::spawn({
            let counted = Arc::clone(&counted);
            async move { counted.load(Ok(())).await }
        });
        while counted.loads() == 0 {
            tokio::task::yield_now().await;
        }
        let later: Vec<_> = (0..50)
            .map(|_| {
                let counted = Arc::clone(&counted);
                // What they have changed may be too late for the first.
                tokio::spawn(async move { counted.load(Ok(())).await })
            })
            .collect();
        first.await.unwrap().unwrap();
        for load in later {
            load.await.unwrap().unwrap();
        }
        assert_eq!(counted.loads(), 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_too_and_the_next_one_tries_again() {
        let counted = Counted::default();
        // Who comes while the first one runs needs a later one.
        let (first, second, third) = tokio::join!(
            counted.load(Ok(())),
            counted.load(away()),
            counted.load(Ok(()))
        );
        assert!(first.is_ok() && second.is_err() && third.is_err());
        assert_eq!(counted.loads(), 2);
        counted.load(Ok(())).await.unwrap();
        assert_eq!(counted.loads(), 3);
    }

    #[tokio::test]
    async fn endless_changes_leave_half_of_the_time() {
        let counted = Counted::default();
        let start = Instant::now();
        for _ in 0..10 {
            counted.load(Ok(())).await.unwrap();
        }
        assert_eq!(counted.loads(), 10);
        assert!(start.elapsed() >= LOAD * 19);
    }
}
