use std::hash::Hash;

use moka::Equivalent;
use moka::sync::Cache;
use pullgate_reference::{Digest, Tag};

use crate::{Holder, Manifest, Settings, TagEntry};

/// What is answered without looking at the disk. Bounded, and never the only
/// place where something is: what was pushed out is read again.
pub(crate) struct Memory {
    pub(crate) manifests: Remembered<Digest, Manifest>,
    pub(crate) tags: Remembered<Tag, TagEntry>,
    /// The verified size of a blob that a holder holds.
    pub(crate) blobs: Remembered<Digest, u64>,
}

impl Memory {
    pub(crate) fn new(settings: &Settings) -> Self {
        // Beside its bytes an entry takes a few hundred for its key.
        let weight =
            |manifest: &Manifest| u32::try_from(manifest.bytes.len() + 512).unwrap_or(u32::MAX);
        Self {
            manifests: Remembered::weighed(settings.manifest_memory, weight),
            tags: Remembered::weighed(settings.remembered_entries, |_| 1),
            blobs: Remembered::weighed(settings.remembered_entries, |_| 1),
        }
    }
}

/// What is remembered of each holder and digest, or holder and tag. Reading
/// takes no lock.
pub(crate) struct Remembered<K, V>(Cache<Key<K>, V>);

#[derive(PartialEq, Eq, Hash)]
struct Key<K> {
    holder: Holder,
    what: K,
}

/// A key that is only looked up. Hashes as [`Key`] does.
#[derive(Hash)]
struct Query<'a, K> {
    holder: &'a Holder,
    what: &'a K,
}

impl<K: Eq> Equivalent<Key<K>> for Query<'_, K> {
    fn equivalent(&self, key: &Key<K>) -> bool {
        *self.what == key.what && *self.holder == key.holder
    }
}

impl<K, V> Remembered<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn weighed(capacity: u64, weight: impl Fn(&V) -> u32 + Send + Sync + 'static) -> Self {
        let cache = Cache::builder()
            .max_capacity(capacity)
            .weigher(move |_, value| weight(value))
            .build();
        Self(cache)
    }

    pub(crate) fn get(&self, holder: &Holder, what: &K) -> Option<V> {
        self.0.get(&Query { holder, what })
    }

    pub(crate) fn remove(&self, holder: &Holder, what: &K) {
        self.0.invalidate(&Query { holder, what });
    }

    pub(crate) fn insert(&self, holder: &Holder, what: &K, value: V) {
        let key = Key {
            holder: holder.clone(),
            what: what.clone(),
        };
        self.0.insert(key, value);
    }
}
