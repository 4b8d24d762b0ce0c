use pullgate_client_config::merge;

use super::ChangeError;
use super::ledger::{Entry, Ledger};
use crate::owner::Owner;
use crate::put::PutError;
use crate::root::{Kind, Root};

/// Permissions of a file that is new.
const FILE: u32 = 0o644;

/// A file that a client needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its path.
    pub path: String,
    /// What has to be in it; how it meets what is there follows from the path.
    pub text: String,
}

/// What was done about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its path.
    pub path: String,
    /// Where what was there before is kept; nothing was there, without it.
    pub kept: Option<String>,
    /// Whether it had to be written at all.
    pub was_written: bool,
    /// What was taken out of it because it contradicts.
    pub removed: Vec<String>,
}

/// Writes a client's files, and notes them. All are read and merged before the
/// first is written: what cannot be merged leaves the machine as it is. To do
/// it twice is to do it once.
pub fn apply(
    root: &Root,
    client: &str,
    gateway: &str,
    wanted: &[Wanted],
    owner: Owner,
) -> Result<Vec<Applied>, ChangeError> {
    let mut ledger = Ledger::read(root)?;
    let mut plans = Vec::new();
    for file in wanted {
        plans.push(Plan::make(root, file, &ledger)?);
    }
    gateway.clone_into(&mut ledger.gateway);
    for plan in &plans {
        plan.note(&mut ledger, client);
    }
    if ledger != Ledger::read(root)? && !ledger.files.is_empty() {
        ledger.write(root, owner)?;
    }
    let mut folders = Vec::new();
    for plan in &plans {
        plan.carry_out(root, owner, &mut folders)?;
    }
    if !folders.is_empty() {
        ledger.folders.extend(folders);
        ledger.write(root, owner)?;
    }
    Ok(plans.into_iter().map(Plan::applied).collect())
}

/// What is to be done about a file.
struct Plan {
    path: String,
    /// What is there, with its permissions.
    before: Option<(Vec<u8>, u32)>,
    after: String,
    /// Where `before` is kept.
    kept: Option<String>,
    removed: Vec<String>,
}

impl Plan {
    fn make(root: &Root, file: &Wanted, ledger: &Ledger) -> Result<Self, ChangeError> {
        let path = &file.path;
        let unreadable = |error| ChangeError::Read(path.clone(), error);
        let content = root.read(path).map_err(unreadable)?;
        let seen = root.seen(path).map_err(unreadable)?;
        if seen.is_some_and(|seen| seen.kind == Kind::Link) {
            return Err(PutError::Link(path.clone()).into());
        }
        let existing = content
            .as_deref()
            .map(String::from_utf8_lossy)
            .map(std::borrow::Cow::into_owned);
        let merged = merge(path, &file.text, existing.as_deref())
            .map_err(|why| ChangeError::Unmergeable(path.clone(), why))?;
        let noted = ledger.files.iter().find(|entry| entry.path == *path);
        let kept = match noted {
            // What was there before the first time is what is gone back to.
            Some(entry) => entry.kept.clone(),
            None => content
                .as_ref()
                .map(|_| format!("{path}.before-client-config")),
        };
        // Nobody but root needs to write it, whoever could before.
        let mode = seen.map_or(FILE, |seen| seen.mode & 0o755);
        Ok(Self {
            path: path.clone(),
            before: content.map(|content| (content, mode)),
            after: merged.text,
            kept,
            removed: merged.removed,
        })
    }

    fn is_needed(&self) -> bool {
        let before = self.before.as_ref();
        before.is_none_or(|(content, _)| content != self.after.as_bytes())
    }

    /// A file that is as it should be without us is not ours.
    fn note(&self, ledger: &mut Ledger, client: &str) {
        if let Some(entry) = ledger.entry(&self.path) {
            // What somebody has changed since is not ours to take back.
            let before = self.before.as_ref().map(|(content, _)| content.as_slice());
            if before.is_none_or(|before| before == entry.wrote.as_bytes()) {
                entry.wrote.clone_from(&self.after);
            }
            if !entry.clients.iter().any(|each| each == client) {
                entry.clients.push(client.to_owned());
            }
        } else if self.is_needed() {
            ledger.files.push(Entry {
                path: self.path.clone(),
                clients: vec![client.to_owned()],
                kept: self.kept.clone(),
                wrote: self.after.clone(),
            });
        }
    }

    fn carry_out(
        &self,
        root: &Root,
        owner: Owner,
        folders: &mut Vec<String>,
    ) -> Result<(), ChangeError> {
        if !self.is_needed() {
            return Ok(());
        }
        let mode = match (&self.before, &self.kept) {
            (Some((content, mode)), Some(kept)) => {
                let is_kept = root
                    .seen(kept)
                    .map_err(|error| ChangeError::Read(kept.clone(), error))?
                    .is_some();
                if !is_kept {
                    root.put(kept, content, *mode, owner)?;
                }
                *mode
            }
            (Some((_, mode)), None) => *mode,
            (None, _) => FILE,
        };
        folders.extend(root.put(&self.path, self.after.as_bytes(), mode, owner)?);
        Ok(())
    }

    fn applied(self) -> Applied {
        let was_written = self.is_needed();
        Applied {
            kept: self.kept.filter(|_| was_written),
            was_written,
            path: self.path,
            removed: self.removed,
        }
    }
}
