use super::ChangeError;
use super::ledger::{Entry, Ledger};
use crate::owner::Owner;
use crate::root::Root;

/// What was done about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It is as it was before.
    Restored(String),
    /// It was not there before, and is gone.
    Removed(String),
    /// Another client needs it.
    StillNeeded(String, Vec<String>),
    /// Somebody has changed it since; it was left, and what was there before
    /// is kept here, if anything was.
    Changed(String, Option<String>),
}

/// Takes back what was written for a client; gives nothing if nothing was.
pub fn undo(root: &Root, client: &str, owner: Owner) -> Result<Vec<Undone>, ChangeError> {
    let mut ledger = Ledger::read(root)?;
    let mut done = Vec::new();
    let mut left = Vec::new();
    for mut entry in std::mem::take(&mut ledger.files) {
        if !entry.clients.iter().any(|each| each == client) {
            left.push(entry);
            continue;
        }
        entry.clients.retain(|each| each != client);
        if entry.clients.is_empty() {
            done.push(take_back(root, &entry, owner)?);
        } else {
            done.push(Undone::StillNeeded(
                entry.path.clone(),
                entry.clients.clone(),
            ));
            left.push(entry);
        }
    }
    if done.is_empty() {
        return Ok(done);
    }
    ledger.files = left;
    // The innermost first; one in which something is stays.
    ledger
        .folders
        .sort_by_key(|folder| std::cmp::Reverse(folder.len()));
    let mut folders = Vec::new();
    for folder in std::mem::take(&mut ledger.folders) {
        root.remove_empty(&folder)?;
        let is_there = root
            .seen(&folder)
            .map_err(|error| ChangeError::Read(folder.clone(), error))?
            .is_some();
        if is_there && !ledger.files.is_empty() {
            folders.push(folder);
        }
    }
    ledger.folders = folders;
    ledger.write(root, owner)?;
    Ok(done)
}

fn take_back(root: &Root, entry: &Entry, owner: Owner) -> Result<Undone, ChangeError> {
    let read = |path: &str| {
        root.read(path)
            .map_err(|error| ChangeError::Read(path.to_owned(), error))
    };
    let path = entry.path.clone();
    let now = read(&path)?;
    let before = match &entry.kept {
        Some(kept) => read(kept)?,
        None => None,
    };
    let is_ours = now.as_deref() == Some(entry.wrote.as_bytes());
    if entry.kept.is_some() && before.is_none() {
        // What was there is kept before the file is written: a run was cut
        // off in between, or somebody has removed what was kept.
        return Ok(if is_ours {
            Undone::Changed(path, None)
        } else {
            Undone::Restored(path)
        });
    }
    // Cut off before it was written, or taken back by hand.
    let is_as_before = now == before;
    if !is_ours && !is_as_before {
        return Ok(Undone::Changed(path, entry.kept.clone()));
    }
    let Some(before) = before else {
        root.remove(&path)?;
        return Ok(Undone::Removed(path));
    };
    let mode = root
        .seen(&path)
        .map_err(|error| ChangeError::Read(path.clone(), error))?
        .map_or(0o644, |seen| seen.mode);
    if !is_as_before {
        root.put(&path, &before, mode, owner)?;
    }
    if let Some(kept) = &entry.kept {
        root.remove(kept)?;
    }
    Ok(Undone::Restored(path))
}
