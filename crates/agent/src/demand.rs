//! Whether somebody has to be signed in on this machine, and of which
//! organizations.
//!
//! The administrator's file says so, the same one that Docker Desktop reads. It
//! is looked at on every call, so a change needs no restart; read again only
//! when it is another file or has been written to.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pullgate_policy::OrganizationName;
use serde::Deserialize;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What the administrator's file demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// There is no such file.
    Nothing,
    /// Somebody who belongs to one of these has to be signed in.
    OneOf(Vec<OrganizationName>),
    /// There is a file, and it says nothing that could be relied on: so nobody
    /// is signed in as it demands.
    Unusable(String),
}

impl Demand {
    /// Reads the file. It has to be a file of the administrator's, or of
    /// whoever this program runs as, that nobody else can write.
    pub fn read(path: &Path) -> Self {
        match open(path) {
            Ok(None) => Self::Nothing,
            Ok(Some(file)) => from_file(file).unwrap_or_else(Self::Unusable),
            Err(error) => Self::Unusable(error.to_string()),
        }
    }

    /// Whether somebody of these organizations is whom it demands.
    pub fn is_met_by<'o>(
        &self,
        organizations: impl IntoIterator<Item = &'o OrganizationName>,
    ) -> bool {
        match self {
            Self::Nothing => true,
            Self::OneOf(demanded) => organizations.into_iter().any(|one| demanded.contains(one)),
            Self::Unusable(_) => false,
        }
    }
}

/// A link is not followed: whoever may write where it leads could change what
/// is demanded.
fn open(path: &Path) -> io::Result<Option<File>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let opened = fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path);
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            Err(io::Error::other("it is a link"))
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Content {
    #[serde(rename = "allowedOrgs")]
    allowed_orgs: Vec<OrganizationName>,
}

fn from_file(file: File) -> Result<Demand, String> {
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no plain file".to_owned());
    }
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != 0 && metadata.uid() != me {
        return Err("it does not belong to root".to_owned());
    }
    if metadata.mode() & 0o022 != 0 {
        return Err("others than its owner can write it".to_owned());
    }
    let mut text = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut text);
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err("it is too long".to_owned());
    }
    let content: Content = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if content.allowed_orgs.is_empty() {
        return Err("it names no organization".to_owned());
    }
    Ok(Demand::OneOf(content.allowed_orgs))
}

/// The file, watched.
#[derive(Debug)]
pub(crate) struct Watched {
    path: PathBuf,
    last: Mutex<Option<(Option<Stamp>, Arc<Demand>)>>,
}

/// By what a file is known to be the same as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: (u64, u64),
    size: u64,
    changed: (i64, i64),
    rights: (u32, u32),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            // Of a file's times the one that nobody can set.
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            rights: (metadata.uid(), metadata.mode()),
        }
    }
}

impl Watched {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            last: Mutex::new(None),
        }
    }

    /// What the file demands now.
    pub(crate) fn now(&self) -> Arc<Demand> {
        let stamp = fs::symlink_metadata(&self.path).ok();
        let stamp = stamp.as_ref().map(Stamp::of);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, demand)) = &*last
            && *before == stamp
            && stamp.is_some()
        {
            return Arc::clone(demand);
        }
        let demand = Arc::new(Demand::read(&self.path));
        if let Demand::Unusable(why) = &*demand {
            let file = self.path.display();
            tracing::error!(%file, why, "the list of organizations cannot be used: everything is denied");
        }
        *last = Some((stamp, Arc::clone(&demand)));
        demand
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn written(folder: &Path, text: &str, mode: u32) -> PathBuf {
        let file = folder.join("registry.json");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn the_file_is_used_only_as_the_administrator_alone_can_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let good = r#"{"allowedOrgs":["acme","other"]}"#;
        let file = written(folder.path(), good, 0o644);
        let Demand::OneOf(names) = Demand::read(&file) else {
            panic!("{:?}", Demand::read(&file));
        };
        assert_eq!(names.len(), 2);
        for mode in [0o664, 0o646, 0o666, 0o777] {
            let file = written(folder.path(), good, mode);
            assert!(
                matches!(Demand::read(&file), Demand::Unusable(_)),
                "{mode:o}"
            );
        }
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        written(folder.path(), good, 0o644);
        assert!(matches!(Demand::read(&link), Demand::Unusable(_)));
        assert!(matches!(Demand::read(folder.path()), Demand::Unusable(_)));
        assert_eq!(Demand::read(&folder.path().join("none")), Demand::Nothing);
    }

    #[test]
    fn what_says_nothing_to_rely_on_is_no_leave() {
        let folder = tempfile::tempdir().unwrap();
        for text in [
            "",
            "{}",
            r#"{"allowedOrgs":[]}"#,
            r#"{"allowedOrgs":"acme"}"#,
            r#"{"allowedorgs":["acme"]}"#,
            r#"{"allowedOrgs":["Acme"]}"#,
            r#"{"allowedOrgs":["acme"]} x"#,
            "\u{feff}{\"allowedOrgs\":[\"acme\"]}",
        ] {
            let file = written(folder.path(), text, 0o644);
            assert!(matches!(Demand::read(&file), Demand::Unusable(_)), "{text}");
        }
    }

    #[test]
    fn a_change_is_seen_at_the_next_look() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("registry.json");
        let watched = Watched::new(file.clone());
        assert_eq!(*watched.now(), Demand::Nothing);
        written(folder.path(), r#"{"allowedOrgs":["acme"]}"#, 0o644);
        assert!(watched.now().is_met_by([&"acme".parse().unwrap()]));
        written(folder.path(), r#"{"allowedOrgs":["emca"]}"#, 0o644);
        assert!(!watched.now().is_met_by([&"acme".parse().unwrap()]));
        fs::remove_file(&file).unwrap();
        assert_eq!(*watched.now(), Demand::Nothing);
    }
}
