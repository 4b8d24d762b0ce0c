use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use pullgate_reference::Digest;
use tracing::info;

use crate::CacheError;
use crate::buffers::Buffers;
use crate::layout::Layout;
use crate::resident::Resident;

/// Where every read needs a thread of its own, each should be worth it.
const BLOCKING_READ_SIZE: usize = 1 << 20;

/// How far beyond a read that had to wait the disk is asked to read on.
#[cfg(target_os = "linux")]
const READ_AHEAD: u64 = 4 << 20;

/// Reads content: from memory on the async thread, or from disk on a blocking
/// one.
pub(crate) struct Reader {
    resident: Resident,
    buffers: Arc<Buffers>,
}

impl Reader {
    pub(crate) fn new(layout: &Layout, read_size: usize) -> Result<Self, CacheError> {
        let resident = Resident::new(layout)
            .map_err(|error| CacheError::disk("try out", &layout.fills, error))?;
        let size = if resident.reads() {
            read_size.max(1)
        } else {
            info!(
                folder = %layout.blobs.display(),
                "this file system always waits for the disk; cached blobs are read on threads, \
                 which costs more: ext4 or xfs would not"
            );
            read_size.max(BLOCKING_READ_SIZE)
        };
        Ok(Self {
            resident,
            buffers: Arc::new(Buffers::new(size)),
        })
    }

    /// The content of a digest, if it can be opened without waiting and has
    /// this size. If not, the disk has to be looked at.
    pub(crate) fn open_resident(&self, digest: &Digest, size: u64) -> Option<File> {
        let file = self.resident.open(&Layout::content_name(digest))?;
        (file.metadata().ok()?.len() == size).then_some(file)
    }

    /// What is in memory of the next `wanted` bytes, or `None` if nothing is.
    pub(crate) fn read_resident(
        &self,
        file: &File,
        offset: u64,
        wanted: u64,
    ) -> io::Result<Option<Bytes>> {
        let read = |buffer: &mut [u8]| self.resident.read(file, buffer, offset);
        match self.buffers.fill(wanted, read) {
            Ok(bytes) if bytes.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => Ok(Some(bytes)),
            // Also what this one file's system does not support.
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Unsupported) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Some of the next `wanted` bytes. Blocks.
    pub(crate) fn read(&self, file: &File, offset: u64, wanted: u64) -> io::Result<Bytes> {
        let read = |buffer: &mut [u8]| file.read_exact_at(buffer, offset).map(|()| buffer.len());
        let bytes = self.buffers.fill(wanted, read)?;
        if self.resident.reads() {
            read_ahead(file, offset + bytes.len() as u64);
        }
        Ok(bytes)
    }
}

/// Asks the disk to read on, so that the next reads find memory.
#[cfg(target_os = "linux")]
fn read_ahead(file: &File, offset: u64) {
    use std::num::NonZeroU64;

    use rustix::fs::{Advice, fadvise};

    // It is only advice: that it failed changes nothing.
    let _ = fadvise(file, offset, NonZeroU64::new(READ_AHEAD), Advice::WillNeed);
}

#[cfg(not(target_os = "linux"))]
fn read_ahead(_: &File, _: u64) {}
