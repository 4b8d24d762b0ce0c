//! The Engine's configuration on a machine, before and after.

use pullgate_agent::setup::{self, DAEMON_BACKUP, DAEMON_FILE, DaemonError};
use pullgate_machine::{Kind, Owner, PutError, Root, Seen};

use crate::failure::Failure;

/// The permissions of a file that was not there.
const NEW: u32 = 0o644;

/// The Engine's configuration as it is.
pub(super) struct Daemon {
    seen: Option<Seen>,
    text: String,
}

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing: it is as it should be.
    None,
    /// It gets this text.
    Write(String),
    /// It was not there before.
    Remove,
}

impl Daemon {
    /// Reads it. Nothing is read that could not be written afterwards: a link,
    /// in its place or above it, is named and left to whoever has made it.
    pub(super) fn read(root: &Root) -> Result<Self, Failure> {
        let unreadable = |error| Failure::new(format!("{DAEMON_FILE} cannot be read: {error}"));
        let folders = DAEMON_FILE.match_indices('/').skip(1);
        for folder in folders.map(|(end, _)| &DAEMON_FILE[..end]) {
            match root.seen(folder).map_err(unreadable)?.map(|seen| seen.kind) {
                Some(Kind::Link) => return Err(PutError::Link(folder.to_owned()).into()),
                Some(Kind::Folder) => {}
                Some(_) => return Err(PutError::InTheWay(folder.to_owned(), "folder").into()),
                None => break,
            }
        }
        let seen = root.seen(DAEMON_FILE).map_err(unreadable)?;
        match seen.map(|seen| seen.kind) {
            Some(Kind::Link) => return Err(PutError::Link(DAEMON_FILE.to_owned()).into()),
            Some(Kind::File) | None => {}
            Some(_) => return Err(PutError::InTheWay(DAEMON_FILE.to_owned(), "file").into()),
        }
        let content = root.read(DAEMON_FILE).map_err(unreadable)?;
        let text = String::from_utf8(content.unwrap_or_default())
            .map_err(|_| unusable(&DaemonError::Unreadable("it is not UTF-8".to_owned())))?;
        Ok(Self { seen, text })
    }

    /// Its text; empty where it is not there.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Its text with the plugin, unless it has it already.
    pub(super) fn with_plugin(&self) -> Result<Option<String>, Failure> {
        setup::with_plugin(&self.text).map_err(|error| unusable(&error))
    }

    /// Writes the text with the plugin, and keeps what was there.
    pub(super) fn change(&self, root: &Root, text: &str) -> Result<(), Failure> {
        if self.seen.is_some() {
            self.put(root, DAEMON_BACKUP, &self.text)?;
        } else {
            root.remove(DAEMON_BACKUP)?;
        }
        self.put(root, DAEMON_FILE, text)
    }

    /// What takes the plugin out again: exactly what was there before, unless
    /// somebody has changed it since.
    pub(super) fn undoing(&self, root: &Root) -> Result<Change, Failure> {
        let without = setup::without_plugin(&self.text).map_err(|error| unusable(&error))?;
        let Some(without) = without else {
            return Ok(Change::None);
        };
        let before = root.read(DAEMON_BACKUP)?.map(String::from_utf8);
        let before = before.and_then(Result::ok);
        let made = setup::with_plugin(before.as_deref().unwrap_or_default());
        let is_as_made = made.is_ok_and(|made| made.as_deref() == Some(self.text.as_str()));
        Ok(match (is_as_made, before) {
            (true, Some(before)) => Change::Write(before),
            (true, None) => Change::Remove,
            (false, _) => Change::Write(without),
        })
    }

    /// Writes a text with the permissions that it has. Nobody but root needs to
    /// write it, whoever could before; and who could not read it before cannot
    /// afterwards: it may hold a proxy's password.
    pub(super) fn put(&self, root: &Root, path: &str, text: &str) -> Result<(), Failure> {
        let owner = Owner {
            gid: self.seen.map_or(Owner::ROOT.gid, |seen| seen.gid),
            ..Owner::ROOT
        };
        let mode = self.seen.map_or(NEW, |seen| seen.mode & 0o755);
        root.put(path, text.as_bytes(), mode, owner)?;
        Ok(())
    }
}

fn unusable(error: &DaemonError) -> Failure {
    Failure::new(format!("{DAEMON_FILE} is left as it is: {error}"))
        .hint("mend it, and run this again")
}
