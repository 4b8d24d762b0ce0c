use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags, ResolveFlags, fstat, open, openat2, readlinkat};
use rustix::io::Errno;

/// The longest file that is read, in bytes. Configurations are much shorter.
const LONGEST: u64 = 4 * 1024 * 1024;

/// A machine's files, seen through the folder that is its `/`.
///
/// The kernel resolves every path in it, links included, as if the folder were
/// `/` (`openat2` with `RESOLVE_IN_ROOT`): a link in a mounted image does not
/// lead into the machine that looks at the image. Paths are absolute, as that
/// machine writes them.
#[derive(Debug)]
pub struct Root {
    folder: OwnedFd,
    path: PathBuf,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A socket.
    Socket,
    /// Anything else: a device, a pipe.
    Other,
}

/// What can be seen of something without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub kind: Kind,
    /// Its permissions, as the last twelve bits of its mode.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

impl Root {
    /// The machine whose `/` is this folder.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = open(&path, flags, Mode::empty())?;
        Ok(Self { folder, path })
    }

    /// Whether it is the machine that this program runs on.
    pub fn is_this_machine(&self) -> bool {
        self.path == Path::new("/")
    }

    /// Where a path of the machine is seen from here, for a person.
    pub fn shown(&self, path: &str) -> String {
        if self.is_this_machine() {
            return path.to_owned();
        }
        let within = path.trim_start_matches('/');
        self.path.join(within).display().to_string()
    }

    /// Something of the machine, opened with these flags; nothing if it is not
    /// there.
    pub(crate) fn at(&self, path: &str, flags: OFlags) -> io::Result<Option<OwnedFd>> {
        let flags = flags | OFlags::CLOEXEC;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let path = if path.is_empty() { "/" } else { path };
        match openat2(&self.folder, path, flags, Mode::empty(), resolve) {
            Ok(opened) => Ok(Some(opened)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> BorrowedFd<'_> {
        self.folder.as_fd()
    }

    /// A file's content, following links; nothing if it is not there.
    pub fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        // A pipe that nobody writes would hold the program up.
        let Some(file) = self.at(path, OFlags::RDONLY | OFlags::NONBLOCK)? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        let mut limited = File::from(file).take(LONGEST + 1);
        limited.read_to_end(&mut content)?;
        if content.len() as u64 > LONGEST {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "it is too long",
            ));
        }
        Ok(Some(content))
    }

    /// A file's content as text, what is not UTF-8 replaced.
    pub fn text(&self, path: &str) -> io::Result<Option<String>> {
        let content = self.read(path)?;
        Ok(content.map(|content| String::from_utf8_lossy(&content).into_owned()))
    }

    /// The names in a folder, sorted; none if it is not there.
    pub fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let Some(folder) = self.at(folder, flags)? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for entry in Dir::read_from(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where a link leads, as it stands in it; nothing if there is no link.
    pub(crate) fn target(&self, path: &str) -> io::Result<Option<String>> {
        let Some(link) = self.at(path, OFlags::PATH | OFlags::NOFOLLOW)? else {
            return Ok(None);
        };
        match readlinkat(&link, "", Vec::new()) {
            Ok(target) => Ok(Some(target.to_string_lossy().into_owned())),
            // What it says of anything else than a link.
            Err(Errno::NOENT | Errno::INVAL) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What is there, a link being a link; nothing if nothing is.
    pub fn seen(&self, path: &str) -> io::Result<Option<Seen>> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW;
        match self.at(path, flags)? {
            Some(found) => Seen::of(found.as_fd()).map(Some),
            None => Ok(None),
        }
    }
}

impl Seen {
    pub(crate) fn of(found: BorrowedFd<'_>) -> io::Result<Self> {
        let stat = fstat(found)?;
        Ok(Self {
            kind: match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Folder,
                FileType::Symlink => Kind::Link,
                FileType::Socket => Kind::Socket,
                _ => Kind::Other,
            },
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
        })
    }
}
