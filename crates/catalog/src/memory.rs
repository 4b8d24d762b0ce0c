//! What is known, in memory, to be read by every pull at once.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use papaya::{Compute, HashMap, Operation};
use pullgate_policy::Badge;
use pullgate_store::{LearntBadge, LearntFrom};

use crate::namespace::Namespace;

/// Uses closer together than this are one, so that a busy namespace is not
/// written to by every pull.
const USE_GRAIN_MS: i64 = 60_000;

/// All namespaces of which anything is known. Reading takes no lock; writing
/// replaces one entry.
#[derive(Default)]
pub(crate) struct Memory {
    entries: HashMap<Namespace, Entry>,
}

/// What Docker Hub has said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learnt {
    pub(crate) badge: Badge,
    pub(crate) at: Timestamp,
    pub(crate) source: LearntFrom,
}

impl Learnt {
    /// In the words of the store.
    pub(crate) fn of(self, namespace: &Namespace) -> LearntBadge {
        LearntBadge {
            namespace: namespace.as_str().to_owned(),
            badge: self.badge,
            learnt_at: self.at,
            source: self.source,
        }
    }
}

struct Entry {
    learnt: Option<Learnt>,
    /// After a failure: when to ask again.
    retry_at: Option<Timestamp>,
    /// The last pull, in milliseconds since 1970; 0 is never.
    used_at: AtomicI64,
}

impl Entry {
    fn used_at(&self) -> i64 {
        self.used_at.load(Ordering::Relaxed)
    }
}

/// Whether what was offered is what is known now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is.
    Yes,
    /// What is known is as recent, or more so.
    No,
}

impl Memory {
    /// What is known of a namespace that is being used.
    pub(crate) fn recall_for_use(&self, namespace: &str, now: Timestamp) -> Option<Learnt> {
        let entries = self.entries.pin();
        let entry = entries.get(namespace)?;
        let now = now.as_millisecond();
        if now.saturating_sub(entry.used_at()) >= USE_GRAIN_MS {
            entry.used_at.store(now, Ordering::Relaxed);
        }
        entry.learnt
    }

    /// What is known of a namespace.
    pub(crate) fn recall(&self, namespace: &str) -> Option<Learnt> {
        self.entries.pin().get(namespace)?.learnt
    }

    /// After a failure: when to ask again.
    pub(crate) fn retry_at(&self, namespace: &str) -> Option<Timestamp> {
        self.entries.pin().get(namespace)?.retry_at
    }

    /// Docker Hub has just said so, which ends whatever was known before.
    pub(crate) fn answered(&self, namespace: &Namespace, learnt: Learnt) {
        self.entries.pin().update_or_insert_with(
            namespace.clone(),
            |entry| Entry {
                learnt: Some(learnt),
                retry_at: None,
                used_at: AtomicI64::new(entry.used_at()),
            },
            || Entry {
                learnt: Some(learnt),
                retry_at: None,
                used_at: AtomicI64::new(learnt.at.as_millisecond()),
            },
        );
    }

    /// Docker Hub could not be asked. What was known stays.
    pub(crate) fn failed(&self, namespace: &Namespace, now: Timestamp, retry_at: Timestamp) {
        self.entries.pin().update_or_insert_with(
            namespace.clone(),
            |entry| Entry {
                learnt: entry.learnt,
                retry_at: Some(retry_at),
                used_at: AtomicI64::new(entry.used_at()),
            },
            || Entry {
                learnt: None,
                retry_at: Some(retry_at),
                used_at: AtomicI64::new(now.as_millisecond()),
            },
        );
    }

    /// Somebody else has learnt it: another replica, an earlier run, another
    /// site. It is taken if it is more recent than what is known.
    ///
    /// Nobody here has used it by that, but what was asked for was used then.
    pub(crate) fn offer(&self, namespace: &Namespace, learnt: Learnt) -> Taken {
        let used_at = match learnt.source {
            LearntFrom::Asked => learnt.at.as_millisecond(),
            LearntFrom::Imported => 0,
        };
        let entries = self.entries.pin();
        let outcome = entries.compute(namespace.clone(), |known| match known {
            Some((_, entry)) if entry.learnt.is_some_and(|known| known.at >= learnt.at) => {
                Operation::Abort(())
            }
            known => Operation::Insert(Entry {
                learnt: Some(learnt),
                retry_at: known.and_then(|(_, entry)| entry.retry_at),
                used_at: AtomicI64::new(known.map_or(used_at, |(_, entry)| entry.used_at())),
            }),
        });
        match outcome {
            Compute::Aborted(()) => Taken::No,
            _ => Taken::Yes,
        }
    }

    /// Everything that is known, with the time of the last use in milliseconds
    /// since 1970.
    pub(crate) fn all(&self) -> Vec<(Namespace, Learnt, i64)> {
        self.entries
            .pin()
            .iter()
            .filter_map(|(namespace, entry)| {
                Some((namespace.clone(), entry.learnt?, entry.used_at()))
            })
            .collect()
    }

    /// Forgets what is asked for again anyway at its next use. What was
    /// imported stays, so that it can be said how old it is.
    pub(crate) fn forget(&self, mut is_past: impl FnMut(Option<Learnt>, i64) -> bool) -> usize {
        let mut forgotten = 0;
        let entries = self.entries.pin();
        let namespaces: Vec<_> = entries.keys().cloned().collect();
        for namespace in namespaces {
            let removed = entries.remove_if(namespace.as_str(), |_, entry| {
                let imported = matches!(
                    entry.learnt,
                    Some(Learnt {
                        source: LearntFrom::Imported,
                        ..
                    })
                );
                !imported && is_past(entry.learnt, entry.used_at())
            });
            forgotten += usize::from(matches!(removed, Ok(Some(_))));
        }
        forgotten
    }
}
