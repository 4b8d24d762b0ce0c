use pullgate_signin::{Form, LINUX_FILE, Organizations, Platform, artifacts};

use crate::owner::Owner;
use crate::put::{PutError, Removed};
use crate::root::Root;

/// The folders of the file that are Docker Desktop's own, the outer first.
const FOLDERS: [&str; 2] = [
    "/usr/share/docker-desktop",
    "/usr/share/docker-desktop/registry",
];

/// Makes people sign in as members of one of these organizations: writes the
/// file, whole, owned by root and readable for all. Docker Desktop's own
/// folders become root's before the file comes into them, for whoever owns a
/// folder can put another file there.
pub fn install(root: &Root, organizations: &Organizations, owner: Owner) -> Result<(), PutError> {
    for folder in FOLDERS {
        root.guard(folder, owner)?;
    }
    let text = artifacts(Platform::Linux, organizations)
        .into_iter()
        .find(|artifact| artifact.form == Form::RegistryJson)
        .map(|artifact| artifact.text)
        .unwrap_or_default();
    root.put(LINUX_FILE, text.as_bytes(), 0o644, owner)?;
    Ok(())
}

/// Removes the file, and its folders if nothing else is in them.
pub fn remove(root: &Root) -> Result<Removed, PutError> {
    let removed = root.remove(LINUX_FILE)?;
    for folder in FOLDERS.into_iter().rev() {
        root.remove_empty(folder)?;
    }
    Ok(removed)
}
