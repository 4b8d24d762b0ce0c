use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use pullgate_reference::Digest;
use serde::Serialize;

use crate::CacheError;
use crate::files::{report, with_parent};
use crate::layout::Layout;
use crate::stripes::Stripes;
use crate::usage::Counters;

/// The cache's folder. Everything here blocks.
pub(crate) struct Disk {
    pub(crate) layout: Layout,
    pub(crate) stripes: Stripes,
    pub(crate) counters: Counters,
}

/// Why content cannot be served.
pub(crate) enum Unusable {
    Absent,
    /// It has this length instead.
    Length(u64),
}

impl Disk {
    /// Prepares the folder: removes what killed fills left, and counts the
    /// content (one `stat` for each blob).
    pub(crate) fn open(root: &Path) -> Result<Self, CacheError> {
        let disk = Self {
            layout: Layout::new(root),
            stripes: Stripes::new(),
            counters: Counters::default(),
        };
        for folder in [&disk.layout.blobs, &disk.layout.fills] {
            fs::create_dir_all(folder)
                .map_err(|error| CacheError::disk("create", folder, error))?;
        }
        disk.remove_abandoned_fills()
            .map_err(|error| CacheError::disk("tidy up", &disk.layout.fills, error))?;
        disk.count_content(&disk.layout.blobs)
            .map_err(|error| CacheError::disk("count", &disk.layout.blobs, error))?;
        Ok(disk)
    }

    pub(crate) fn write_record(
        &self,
        path: &Path,
        record: &impl Serialize,
    ) -> Result<(), CacheError> {
        let bytes = serde_json::to_vec(record)
            .map_err(|error| CacheError::disk("describe", path, error.into()))?;
        self.write(path, &bytes)
    }

    /// Writes a file so that it is there as a whole or not at all.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
        let partial = self.layout.partial();
        with_parent(&partial, || fs::write(&partial, bytes))
            .and_then(|()| with_parent(path, || fs::rename(&partial, path)))
            .map_err(|error| {
                let _ = fs::remove_file(&partial);
                CacheError::disk("write", path, error)
            })
    }

    /// The content of a digest, if it is there with this length.
    pub(crate) fn open_content(&self, digest: &Digest, size: u64) -> Result<File, Unusable> {
        let path = self.layout.content(digest);
        let file = report(&path, File::open(&path)).ok_or(Unusable::Absent)?;
        let found = report(&path, file.metadata())
            .ok_or(Unusable::Absent)?
            .len();
        if found == size {
            Ok(file)
        } else {
            Err(Unusable::Length(found))
        }
    }

    /// Moves a verified file into the content.
    pub(crate) fn commit(
        &self,
        partial: &Path,
        digest: &Digest,
        size: u64,
    ) -> Result<(), CacheError> {
        let path = self.layout.content(digest);
        let _guard = self.stripes.lock(&path);
        let replaced = fs::metadata(&path).ok().map(|found| found.len());
        with_parent(&path, || fs::rename(partial, &path))
            .map_err(|error| CacheError::disk("keep", &path, error))?;
        if let Some(found) = replaced {
            self.counters.content_removed(found);
        }
        self.counters.content_added(size);
        Ok(())
    }

    /// Removes the content of a digest, unless meanwhile it was replaced by
    /// content of another length than was found.
    pub(crate) fn remove_content(&self, digest: &Digest, found: u64) {
        let path = self.layout.content(digest);
        let _guard = self.stripes.lock(&path);
        let unchanged = fs::metadata(&path).is_ok_and(|now| now.len() == found);
        if unchanged && report(&path, fs::remove_file(&path)).is_some() {
            self.counters.content_removed(found);
        }
    }

    fn remove_abandoned_fills(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.layout.fills)? {
            let path = entry?.path();
            // Who fills holds a lock, which ends with its process.
            let in_use = File::open(&path)
                .is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)));
            if path.extension().is_some_and(|ending| ending == "partial") && !in_use {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn count_content(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.count_content(&entry.path())?;
            } else if let Ok(metadata) = entry.metadata() {
                self.counters.content_added(metadata.len());
            }
        }
        Ok(())
    }
}
