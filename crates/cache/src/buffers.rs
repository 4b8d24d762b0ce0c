use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

/// How many bytes of buffers are kept for reuse.
const KEPT_BYTES: usize = 32 << 20;

/// More than there are threads that serve, on most machines.
const SHARDS: usize = 16;

/// Below this a buffer of its own costs less than one from the pool holds.
const SMALL: usize = 16 << 10;

/// Buffers that were zeroed once and are used again and again.
///
/// Each thread has a shard of its own to begin with, and nobody ever waits
/// for another: a shard that is busy is passed over.
pub(crate) struct Buffers {
    size: usize,
    kept_per_shard: usize,
    shards: [Mutex<Vec<Vec<u8>>>; SHARDS],
}

impl Buffers {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size,
            kept_per_shard: (KEPT_BYTES / SHARDS / size).max(1),
            shards: Default::default(),
        }
    }

    /// Fills at most `wanted` bytes of a buffer by `read`, which returns how
    /// many it has filled, and hands them out. The buffer comes back when the
    /// last of them is dropped.
    pub(crate) fn fill(
        self: &Arc<Self>,
        wanted: u64,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<Bytes> {
        let wanted = usize::try_from(wanted).map_or(self.size, |wanted| wanted.min(self.size));
        if wanted <= SMALL {
            let mut buffer = vec![0; wanted];
            let filled = read(&mut buffer)?;
            buffer.truncate(filled);
            return Ok(Bytes::from(buffer));
        }
        let mut buffer = Pooled {
            bytes: self.take(),
            filled: 0,
            home: self.clone(),
        };
        buffer.filled = read(&mut buffer.bytes[..wanted])?;
        Ok(Bytes::from_owner(buffer))
    }

    fn take(&self) -> Vec<u8> {
        self.shards_from_here()
            .find_map(|shard| shard.try_lock().ok()?.pop())
            .unwrap_or_else(|| vec![0; self.size])
    }

    fn put(&self, buffer: Vec<u8>) {
        for shard in self.shards_from_here().take(2) {
            if let Ok(mut shard) = shard.try_lock()
                && shard.len() < self.kept_per_shard
            {
                shard.push(buffer);
                return;
            }
        }
    }

    fn shards_from_here(&self) -> impl Iterator<Item = &Mutex<Vec<Vec<u8>>>> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static HERE: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed));
        }
        // A buffer may be dropped while its thread ends and HERE is gone.
        let here = HERE.try_with(Cell::get).unwrap_or_default();
        (0..SHARDS).map(move |step| &self.shards[(here + step) % SHARDS])
    }
}

struct Pooled {
    bytes: Vec<u8>,
    filled: usize,
    home: Arc<Buffers>,
}

impl AsRef<[u8]> for Pooled {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.home.put(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_and_shows_only_what_was_filled() {
        let buffers = Arc::new(Buffers::new(64 << 10));
        let first = buffers
            .fill(u64::MAX, |buffer| {
                buffer.fill(b'a');
                Ok(buffer.len())
            })
            .unwrap();
        assert_eq!(first.len(), 64 << 10);
        let place = first.as_ptr();
        drop(first);

        let second = buffers.fill(20_000, |buffer| {
            buffer[..3].copy_from_slice(b"bbb");
            Ok(3)
        });
        let second = second.unwrap();
        assert_eq!(second, "bbb");
        assert_eq!(second.as_ptr(), place);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let buffers = Arc::new(Buffers::new(1 << 20));
        let taken: Vec<_> = (0..100)
            .map(|_| buffers.fill(1 << 20, |buffer| Ok(buffer.len())).unwrap())
            .collect();
        drop(taken);
        let kept: usize = buffers
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert!(kept * buffers.size <= KEPT_BYTES);
    }
}
