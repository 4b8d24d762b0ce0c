//! Learning in the background, so that hardly any pull waits for Docker Hub.

use std::sync::Arc;

use jiff::Timestamp;
use pullgate_store::StoreError;

use crate::catalog::Catalog;
use crate::memory::Learnt;
use crate::namespace::Namespace;
use crate::settings::{Age, signed};

/// What one look of the background has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// The namespaces about which Docker Hub was asked and answered.
    pub learnt: usize,
    /// Those that were due and about which there is no answer yet.
    pub left: usize,
    /// Those that nobody uses any more and that are too old, which were
    /// forgotten.
    pub forgotten: usize,
}

impl Catalog {
    /// Looks once: takes over what other processes have learnt or imported,
    /// asks again about what is used and due, one after the other with a pause
    /// between them, and forgets what nobody uses.
    pub async fn refresh(&self) -> Refreshed {
        if let Err(error) = self.reload().await {
            tracing::warn!(%error, "what others have learnt could not be read");
        }
        let mut refreshed = Refreshed {
            forgotten: self.forget_unused(),
            ..Refreshed::default()
        };
        for (index, (namespace, before)) in self.due().into_iter().enumerate() {
            if !self
                .shared()
                .may_ask(namespace.as_str(), self.shared().now())
            {
                refreshed.left += 1;
                continue;
            }
            if index > 0 {
                tokio::time::sleep(self.shared().settings.refresh_pause).await;
            }
            self.ask_unless(namespace.as_str(), |learnt, now| {
                !self.shared().settings.is_due(learnt.at, now)
            })
            .await;
            let after = self.shared().memory.recall(namespace.as_str());
            if after.is_some_and(|after| after.at != before.at) {
                refreshed.learnt += 1;
            } else {
                refreshed.left += 1;
            }
        }
        refreshed
    }

    /// Takes over what other processes have written to the store: other
    /// replicas, and imports on the command line.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let shared = self.shared();
        let rows = shared.store.badges().await?;
        let now = shared.now();
        shared.take_rows(&rows, |row| {
            // What was forgotten stays so.
            shared.settings.age(row.learnt_at, now) != Age::TooOld
        });
        Ok(())
    }

    /// Goes on looking, until it is dropped.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            let refreshed = self.refresh().await;
            tracing::debug!(?refreshed, "the badges that are used were looked at");
            tokio::time::sleep(self.shared().settings.refresh_interval).await;
        }
    }

    /// What is used and soon not fresh any more, the oldest first.
    fn due(&self) -> Vec<(Namespace, Learnt)> {
        let shared = self.shared();
        let now = shared.now();
        let used_since = self.used_since(now);
        let mut due: Vec<_> = shared
            .memory
            .all()
            .into_iter()
            .filter(|(_, learnt, used_at)| {
                shared.settings.is_due(learnt.at, now) && *used_at >= used_since
            })
            .map(|(namespace, learnt, _)| (namespace, learnt))
            .collect();
        due.sort_by_key(|(_, learnt)| learnt.at);
        due
    }

    fn forget_unused(&self) -> usize {
        let shared = self.shared();
        let now = shared.now();
        let used_since = self.used_since(now);
        shared.memory.forget(|learnt, used_at| {
            let is_past =
                learnt.is_none_or(|learnt| shared.settings.age(learnt.at, now) == Age::TooOld);
            is_past && used_at < used_since
        })
    }

    /// What was last used before this is not in use, in milliseconds since 1970.
    fn used_since(&self, now: Timestamp) -> i64 {
        let within = signed(self.shared().settings.refresh_used_within);
        now.checked_sub(within)
            .unwrap_or(Timestamp::MIN)
            .as_millisecond()
    }
}
