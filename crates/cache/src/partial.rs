use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use pullgate_reference::Digest;

use crate::disk::Disk;
use crate::files::with_parent;
use crate::hash::{Hasher, Mismatch};
use crate::layout::Layout;
use crate::{CacheError, FillError};

/// How many pieces are given to the system at once; it accepts 1024.
const PIECES: usize = 256;

/// A blob that is being written, and hashed as it is written. Its file is
/// removed when this is dropped.
pub(crate) struct Partial {
    file: TemporaryFile,
    hasher: Hasher,
    written: u64,
}

impl Partial {
    /// Blocks. Reserves room on the disk if the size is known, so that a full
    /// disk is noticed before anybody is sent anything.
    pub(crate) fn create(
        layout: &Layout,
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<Self, CacheError> {
        let path = layout.partial();
        let open = || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
        };
        let file =
            with_parent(&path, open).map_err(|error| CacheError::disk("create", &path, error))?;
        let file = TemporaryFile {
            file: Arc::new(file),
            path,
        };
        // Says to other processes that somebody is writing it. Where locks are
        // not to be had, two processes should not share a folder.
        let _ = file.file.try_lock();
        reserve(&file.file, size.unwrap_or(0))
            .map_err(|error| CacheError::disk("reserve room for", &file.path, error))?;
        Ok(Self {
            file,
            hasher: Hasher::expecting(digest.clone()),
            written: 0,
        })
    }

    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file.file
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Blocks.
    pub(crate) fn write(&mut self, pieces: &[Bytes]) -> Result<(), CacheError> {
        for some in pieces.chunks(PIECES) {
            write_all(&self.file.file, some)
                .map_err(|error| CacheError::disk("write", &self.file.path, error))?;
            for piece in some {
                self.hasher.update(piece);
                self.written += piece.len() as u64;
            }
        }
        Ok(())
    }

    /// Whether what was written is what was asked for.
    pub(crate) fn verify(self) -> Result<VerifiedFile, FillError> {
        match self.hasher.finish() {
            Ok(digest) => Ok(VerifiedFile {
                file: self.file,
                digest,
                size: self.written,
            }),
            Err(Mismatch { expected, actual }) => Err(FillError::Digest { expected, actual }),
        }
    }
}

/// A whole blob whose digest is right, not yet in its place. Its file is
/// removed when this is dropped.
pub(crate) struct VerifiedFile {
    file: TemporaryFile,
    digest: Digest,
    pub(crate) size: u64,
}

impl VerifiedFile {
    pub(crate) fn file(&self) -> &Arc<File> {
        &self.file.file
    }

    /// Puts it in its place, durably. Blocks.
    pub(crate) fn keep(self, disk: &Disk) -> Result<(), CacheError> {
        let path: &Path = &self.file.path;
        self.file
            .file
            .sync_data()
            .map_err(|error| CacheError::disk("sync", path, error))?;
        disk.commit(path, &self.digest, self.size)
    }
}

struct TemporaryFile {
    file: Arc<File>,
    path: PathBuf,
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Not there any more when it was moved to its place.
        let _ = fs::remove_file(&self.path);
    }
}

fn write_all(mut file: &File, pieces: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut rest = &mut slices[..];
    // Skips empty ones, for which nothing would be written.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn reserve(file: &File, size: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;

    if size == 0 {
        return Ok(());
    }
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, size) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        // Not every file system can reserve; writing will tell.
        _ => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn reserve(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}
