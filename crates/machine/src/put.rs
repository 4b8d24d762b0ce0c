use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, Uid, fchmod, fchown, fsync, mkdirat, openat, renameat,
    statat, unlinkat,
};
use rustix::io::Errno;

use crate::owner::Owner;
use crate::root::Root;

/// Permissions of a folder that is made: everybody reads, its owner writes.
const FOLDER: u32 = 0o755;

/// Why a file was not written or removed.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// A link stands in the way. It is not followed, for it could lead to a
    /// file that somebody else wants to be written.
    #[error("{0} is a link, and links are not followed: remove it, or name the file it leads to")]
    Link(String),
    /// Something else stands in the way.
    #[error("{0} is in the way: it is not a {1}")]
    InTheWay(String, &'static str),
    /// The machine did not let it be done.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
}

/// Whether something was there to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It was there, and is gone.
    Gone,
    /// It was not there.
    NotThere,
}

/// What is done about a folder's permissions on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Make(Owner),
    Stop,
}

impl Root {
    /// Writes a file as a whole: it is there as it was, or as it should be,
    /// and never half. Folders that are missing are made. Nothing is written
    /// through a link. Gives the folders that were made.
    pub fn put(
        &self,
        path: &str,
        content: &[u8],
        mode: u32,
        owner: Owner,
    ) -> Result<Vec<String>, PutError> {
        let (folders, name) = split(path);
        let mut new = Vec::new();
        let folder = self.walk(&folders, Missing::Make(owner), &mut new)?;
        let Some(folder) = folder else {
            return Err(failed(path)(Errno::NOENT));
        };
        no_link(&folder, name, path)?;
        let temporary = format!(".{name}.pullgate-{}", std::process::id());
        let written = write(&folder, &temporary, content, mode, owner)
            .and_then(|()| Ok(renameat(&folder, &temporary, &folder, name)?))
            .and_then(|()| Ok(fsync(&folder)?));
        if let Err(error) = written {
            // What is left of it is of no use; if even that fails, the first
            // reason says more.
            let _ = unlinkat(&folder, &temporary, AtFlags::empty());
            return Err(PutError::Io(path.to_owned(), error));
        }
        Ok(new)
    }

    /// Removes a file. A link is removed, not what it leads to.
    pub fn remove(&self, path: &str) -> Result<Removed, PutError> {
        let (folders, name) = split(path);
        let Some(folder) = self.walk(&folders, Missing::Stop, &mut Vec::new())? else {
            return Ok(Removed::NotThere);
        };
        match unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) => Ok(Removed::Gone),
            Err(Errno::NOENT) => Ok(Removed::NotThere),
            Err(error) => Err(failed(path)(error)),
        }
    }

    /// Removes a folder if it is there and nothing is in it.
    pub fn remove_empty(&self, path: &str) -> Result<Removed, PutError> {
        let (folders, name) = split(path);
        let Some(folder) = self.walk(&folders, Missing::Stop, &mut Vec::new())? else {
            return Ok(Removed::NotThere);
        };
        match unlinkat(&folder, name, AtFlags::REMOVEDIR) {
            Ok(()) => Ok(Removed::Gone),
            Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(Removed::NotThere),
            Err(error) => Err(failed(path)(error)),
        }
    }

    /// Gives a folder that is there to its owner, for everybody to read.
    pub fn guard(&self, path: &str, owner: Owner) -> Result<(), PutError> {
        let (folders, name) = split(path);
        let folders: Vec<&str> = folders.into_iter().chain([name]).collect();
        let Some(folder) = self.walk(&folders, Missing::Stop, &mut Vec::new())? else {
            return Ok(());
        };
        own(&folder, FOLDER, owner).map_err(|error| PutError::Io(path.to_owned(), error))
    }

    /// The folder at the end of these, without following a link; nothing if it
    /// is not there and is not to be made.
    fn walk(
        &self,
        folders: &[&str],
        missing: Missing,
        made: &mut Vec<String>,
    ) -> Result<Option<OwnedFd>, PutError> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut at = openat(self.folder(), ".", flags, Mode::empty()).map_err(failed("/"))?;
        let mut path = String::new();
        for name in folders {
            path.push('/');
            path.push_str(name);
            at = match openat(&at, *name, flags, Mode::empty()) {
                Ok(next) => next,
                Err(Errno::NOENT) => match missing {
                    Missing::Stop => return Ok(None),
                    Missing::Make(owner) => {
                        mkdirat(&at, *name, Mode::from_raw_mode(0o700)).map_err(failed(&path))?;
                        let next =
                            openat(&at, *name, flags, Mode::empty()).map_err(failed(&path))?;
                        own(&next, FOLDER, owner)
                            .map_err(|error| PutError::Io(path.clone(), error))?;
                        made.push(path.clone());
                        next
                    }
                },
                Err(error @ (Errno::LOOP | Errno::NOTDIR)) => {
                    no_link(&at, name, &path)?;
                    return Err(match error {
                        Errno::NOTDIR => PutError::InTheWay(path, "folder"),
                        other => failed(&path)(other),
                    });
                }
                Err(error) => return Err(failed(&path)(error)),
            };
        }
        Ok(Some(at))
    }
}

fn write(folder: &OwnedFd, name: &str, content: &[u8], mode: u32, owner: Owner) -> io::Result<()> {
    // What a run that was killed has left.
    match unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(folder, name, flags, Mode::from_raw_mode(0o600))?;
    let mut file = File::from(file);
    file.write_all(content)?;
    own(&file, mode, owner)?;
    file.sync_all()
}

fn own(what: &impl AsFd, mode: u32, owner: Owner) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    fchown(what, Some(uid), Some(gid))?;
    // After the owner, for a change of that takes bits away.
    fchmod(what, Mode::from_raw_mode(mode))?;
    Ok(())
}

/// That what is to be written is a file or not there.
fn no_link(folder: &OwnedFd, name: &str, path: &str) -> Result<(), PutError> {
    let stat = match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(()),
        Err(error) => return Err(failed(path)(error)),
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => Err(PutError::Link(path.to_owned())),
        FileType::Directory => Err(PutError::InTheWay(path.to_owned(), "file")),
        _ => Ok(()),
    }
}

fn failed(path: &str) -> impl Fn(Errno) -> PutError + use<> {
    let path = path.to_owned();
    move |error| PutError::Io(path.clone(), error.into())
}

/// The folders above, and the name.
fn split(path: &str) -> (Vec<&str>, &str) {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let name = parts.pop().unwrap_or_default();
    (parts, name)
}
