use serde::{Deserialize, Serialize};

use super::ChangeError;
use crate::owner::Owner;
use crate::root::Root;

/// Where the ledger is.
pub const LEDGER: &str = "/etc/pullgate/client-config.json";

/// What was written on a machine, and for which clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The gateway that clients were last pointed at, as a URL.
    pub gateway: String,
    /// The files, in the order in which they were first written.
    pub(super) files: Vec<Entry>,
    /// The folders that were made for them.
    pub(super) folders: Vec<String>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) path: String,
    /// For which clients.
    pub(super) clients: Vec<String>,
    /// Where what was there before is kept; nothing was, without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<String>,
    /// What was written.
    pub(super) wrote: String,
}

impl Ledger {
    /// The ledger of a machine; empty where nothing was written.
    pub fn read(root: &Root) -> Result<Self, ChangeError> {
        let text = root
            .text(LEDGER)
            .map_err(|error| ChangeError::Read(LEDGER.to_owned(), error))?;
        match text {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(&text).map_err(|_| ChangeError::Ledger),
        }
    }

    /// The clients that something was written for.
    pub fn clients(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .flat_map(|entry| entry.clients.iter().map(String::as_str))
    }

    /// The files that were written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|entry| entry.path.as_str())
    }

    pub(super) fn write(&self, root: &Root, owner: Owner) -> Result<(), ChangeError> {
        if self.files.is_empty() {
            root.remove(LEDGER)?;
            root.remove_empty("/etc/pullgate")?;
            return Ok(());
        }
        let text = serde_json::to_string_pretty(self).map_err(|_| ChangeError::Ledger)?;
        root.put(LEDGER, format!("{text}\n").as_bytes(), 0o644, owner)?;
        Ok(())
    }

    pub(super) fn entry(&mut self, path: &str) -> Option<&mut Entry> {
        self.files.iter_mut().find(|entry| entry.path == path)
    }
}
