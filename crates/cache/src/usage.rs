use std::sync::atomic::{AtomicU64, Ordering};

/// What the cache has and does, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// How many blobs are on disk.
    pub blobs: u64,
    /// How many bytes those blobs have.
    pub bytes: u64,
    /// How many lookups of a blob found it, since the start.
    pub hits: u64,
    /// How many did not.
    pub misses: u64,
    /// How many fills were begun, since the start.
    pub fills: u64,
    /// How many requests joined a fill that was already running.
    pub joins: u64,
    /// How many fills failed.
    pub failed_fills: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) blobs: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
    pub(crate) fills: AtomicU64,
    pub(crate) joins: AtomicU64,
    pub(crate) failed_fills: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Usage {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Usage {
            blobs: value(&self.blobs),
            bytes: value(&self.bytes),
            hits: value(&self.hits),
            misses: value(&self.misses),
            fills: value(&self.fills),
            joins: value(&self.joins),
            failed_fills: value(&self.failed_fills),
        }
    }

    pub(crate) fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn content_added(&self, size: u64) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size, Ordering::Relaxed);
    }

    pub(crate) fn content_removed(&self, size: u64) {
        // Another process may have added what this one removes.
        let less = |counter: &AtomicU64, by| {
            let _ = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| {
                Some(u64::saturating_sub(value, by))
            });
        };
        less(&self.blobs, 1);
        less(&self.bytes, size);
    }
}
