//! From where images came, remembered.
//!
//! What the Engine says of that stands with an image's names, and whoever may
//! use the Engine can take these away: the image would look as if it had been
//! made here. So what was seen once is kept, by the image's ID. It is looked at
//! before a name is taken away, and used where an image has none left.

use std::collections::{BTreeSet, HashMap};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::files;

/// The most images that are remembered, and the most names of each. Nothing is
/// forgotten for something new.
const MOST_IMAGES: usize = 20_000;
const MOST_NAMES: usize = 32;

/// From where images came.
#[derive(Debug)]
pub(crate) struct Origins {
    file: PathBuf,
    known: Mutex<HashMap<String, BTreeSet<String>>>,
}

/// A line of the file: of several for one image all count.
#[derive(Serialize, Deserialize)]
struct Line {
    image: String,
    from: BTreeSet<String>,
}

impl Origins {
    /// Reads what an earlier run has seen.
    pub(crate) fn open(state: &Path) -> io::Result<Self> {
        let file = state.join("origins");
        let text = files::read(&file)?.unwrap_or_default();
        let mut known: HashMap<String, BTreeSet<String>> = HashMap::new();
        // The last line may have been cut off.
        let lines = text.split(|byte| *byte == b'\n');
        for line in lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok()) {
            known.entry(line.image).or_default().extend(line.from);
        }
        Ok(Self {
            file,
            known: Mutex::new(known),
        })
    }

    /// Remembers from where an image came. What cannot be written down is told
    /// of in the log, and known until the agent ends.
    pub(crate) fn saw(&self, image: &str, from: &[String]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if image.is_empty() || (known.len() >= MOST_IMAGES && !known.contains_key(image)) {
            return;
        }
        let names = known.entry(image.to_owned()).or_default();
        let mut fresh = BTreeSet::new();
        for name in from {
            if names.len() < MOST_NAMES && names.insert(name.clone()) {
                fresh.insert(name.clone());
            }
        }
        if fresh.is_empty() {
            return;
        }
        let line = Line {
            image: image.to_owned(),
            from: fresh,
        };
        // Once for each image, some hundred bytes: no reason to wait for a disk.
        if let Err(error) = self.append(&line) {
            tracing::error!(%error, image, "from where an image came cannot be written down");
        }
    }

    /// From where an image came, if that was ever seen.
    pub(crate) fn of(&self, image: &str) -> Option<Vec<String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(image)
            .map(|names| names.iter().cloned().collect())
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        // It begins with a line break, after what may have been cut off.
        let mut text = vec![b'\n'];
        serde_json::to_writer(&mut text, line)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.file)?;
        file.write_all(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(from: &[&str]) -> Vec<String> {
        from.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_was_seen_once_is_known_after_a_restart_and_after_a_cut_off_line() {
        let state = tempfile::tempdir().unwrap();
        let origins = Origins::open(state.path()).unwrap();
        assert_eq!(origins.of("sha256:1"), None);
        origins.saw("sha256:1", &names(&["evil/miner@sha256:a"]));
        origins.saw("sha256:1", &names(&["acme/app@sha256:a"]));
        origins.saw("", &names(&["nobody@sha256:a"]));
        let both = Some(names(&["acme/app@sha256:a", "evil/miner@sha256:a"]));
        assert_eq!(origins.of("sha256:1"), both);
        let file = state.path().join("origins");
        let mut text = std::fs::read(&file).unwrap();
        text.extend_from_slice(b"\n{\"image\":\"sha2");
        std::fs::write(&file, text).unwrap();
        let again = Origins::open(state.path()).unwrap();
        assert_eq!(again.of("sha256:1"), both);
        assert_eq!(again.of(""), None);
        again.saw("sha256:2", &names(&["nginx@sha256:b"]));
        let once_more = Origins::open(state.path()).unwrap();
        assert_eq!(once_more.of("sha256:2"), Some(names(&["nginx@sha256:b"])));
    }

    #[test]
    fn nothing_is_forgotten_for_something_new() {
        let state = tempfile::tempdir().unwrap();
        let origins = Origins::open(state.path()).unwrap();
        origins.saw("sha256:1", &names(&["evil/miner@sha256:a"]));
        let many: Vec<String> = (0..100).map(|number| format!("x/{number}")).collect();
        origins.saw("sha256:1", &many);
        let kept = origins.of("sha256:1").unwrap();
        assert_eq!(kept.len(), MOST_NAMES);
        assert!(kept.contains(&"evil/miner@sha256:a".to_owned()));
    }
}
