//! Small steps on files, and what to make of their failures. Everything here
//! blocks.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::de::DeserializeOwned;
use tracing::warn;

/// A file, if it is there and can be read.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    report(path, fs::read(path))
}

/// A record, if it is there and whole. One that is damaged is as good as
/// absent: the upstream will be asked.
pub(crate) fn read_record<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&read(path)?)
        .inspect_err(|error| warn!(path = %path.display(), %error, "a damaged record was ignored"))
        .ok()
}

/// Does something to a path, and once more with its folder created if that
/// was what was missing.
pub(crate) fn with_parent<T>(path: &Path, mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    match (act(), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            act()
        }
        (result, _) => result,
    }
}

/// What could be read. That something is not there is ordinary; all else is
/// reported, and treated as if it were not there.
pub(crate) fn report<T>(path: &Path, result: io::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            warn!(path = %path.display(), %error, "the cache could not read a file");
            None
        }
    }
}
