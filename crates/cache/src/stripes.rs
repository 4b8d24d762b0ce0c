use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks by key, for steps on disk that must not interleave for one key.
///
/// Taken on blocking threads alone: nothing that is warm waits here.
pub(crate) struct Stripes {
    locks: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Stripes {
    pub(crate) fn new() -> Self {
        Self {
            locks: (0..64).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn lock(&self, key: impl Hash) -> MutexGuard<'_, ()> {
        let hash = self.hasher.hash_one(key);
        let index = usize::try_from(hash % self.locks.len() as u64).unwrap_or_default();
        // What is guarded is on disk, and every step there is whole or absent.
        self.locks[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
