//! Whether somebody has to be signed in on this machine, and of which
//! organizations.
//!
//! The administrator's file says so, the same one that Docker Desktop reads. It
//! is looked at on every call, so a change needs no restart; read again only
//! when it is another file, has been written to, or others have come to be able
//! to write it.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pullgate_machine::{Owner, Root, Step, guarded};
use pullgate_policy::OrganizationName;
use pullgate_signin::{Fault, Reading, Weight};

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
    /// Reads the file. It has to be a file that nobody but root, or whoever
    /// this program runs as, can change, or put another in the place of.
    pub fn read(path: &Path) -> Self {
        let demand = around(path).and_then(|steps| match steps {
            None => Ok(Self::Nothing),
            Some(steps) => Self::guarded(path, &steps),
        });
        demand.unwrap_or_else(|error| Self::Unusable(error.to_string()))
    }

    fn guarded(path: &Path, steps: &[Step]) -> io::Result<Self> {
        let weak = steps.iter().find_map(|step| {
            let weakness = step.ways_to_change().next()?;
            Some(format!("{}: {weakness}", step.path))
        });
        if let Some(weak) = weak {
            return Ok(Self::Unusable(weak));
        }
        let Some(file) = open(path)? else {
            return Ok(Self::Nothing);
        };
        let mut content = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut content)?;
        let reading = Reading::of(&content);
        let mut faults = reading.faults().iter();
        Ok(
            match faults.find(|fault| fault.weight() == Weight::Broken) {
                Some(fault) => Self::Unusable(Fault::to_string(fault)),
                None => Self::OneOf(reading.organizations().to_vec()),
            },
        )
    }

    /// Whether somebody of these organizations stays signed in. While nobody
    /// knows what is demanded everybody does: nothing is decided for them.
    pub(crate) fn keeps<'o>(
        &self,
        organizations: impl IntoIterator<Item = &'o OrganizationName>,
    ) -> bool {
        matches!(self, Self::Unusable(_)) || self.is_met_by(organizations)
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

/// The file and all folders above it, with who could change them; none if
/// there is no file.
fn around(path: &Path) -> io::Result<Option<Vec<Step>>> {
    let path = path.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    let me = Owner {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
    };
    guarded(&Root::open("/")?, path, me)
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
        Err(error) => Err(error),
    }
}

/// The file, watched.
#[derive(Debug)]
pub(crate) struct Watched {
    path: PathBuf,
    last: Mutex<Option<(Stamp, Arc<Demand>)>>,
}

/// By what a file is known to be the same as before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    steps: Vec<Step>,
    inode: (u64, u64),
    size: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// None where there is nothing to be known again.
    fn of(path: &Path) -> Option<Self> {
        let steps = around(path).ok()??;
        let metadata: Metadata = fs::symlink_metadata(path).ok()?;
        Some(Self {
            steps,
            inode: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            // Of a file's times the one that nobody can set.
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
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
        let stamp = Stamp::of(&self.path);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some((before, demand)), Some(stamp)) = (&*last, &stamp)
            && before == stamp
        {
            return Arc::clone(demand);
        }
        let demand = Arc::new(Demand::read(&self.path));
        if let Demand::Unusable(why) = &*demand {
            let file = self.path.display();
            tracing::error!(%file, why, "the list of organizations cannot be used: everything is denied");
        }
        *last = stamp.map(|stamp| (stamp, Arc::clone(&demand)));
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
        let above = |mode| {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            Demand::read(&file)
        };
        written(folder.path(), good, 0o644);
        for mode in [0o757, 0o777] {
            let Demand::Unusable(why) = above(mode) else {
                panic!("{mode:o}");
            };
            assert!(why.contains("everybody can put another file"), "{why}");
        }
        for mode in [0o1777, 0o755] {
            assert!(matches!(above(mode), Demand::OneOf(_)), "{mode:o}");
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
            r#"{"allowedOrgs":["acme"],"allowedOrgs":["other"]}"#,
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
        let anyone = fs::Permissions::from_mode(0o777);
        fs::set_permissions(folder.path(), anyone).unwrap();
        assert!(matches!(*watched.now(), Demand::Unusable(_)));
        let me_alone = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), me_alone).unwrap();
        assert!(watched.now().is_met_by([&"emca".parse().unwrap()]));
        fs::remove_file(&file).unwrap();
        assert_eq!(*watched.now(), Demand::Nothing);
    }
}
