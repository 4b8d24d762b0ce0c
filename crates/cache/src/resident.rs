use std::fs::File;
use std::io;
use std::path::Path;

use crate::layout::Layout;

/// Opens and reads what is in memory already, and refuses rather than wait
/// for the disk. Where the system cannot do that (`RWF_NOWAIT` on overlayfs
/// and tmpfs, anything but Linux), it always refuses.
pub(crate) struct Resident {
    /// Where names of content are looked up from.
    folder: File,
    opens: bool,
    reads: bool,
}

impl Resident {
    /// Finds out what the system can do.
    pub(crate) fn new(layout: &Layout) -> io::Result<Self> {
        let folder = File::open(&layout.blobs)?;
        Ok(Self {
            opens: system::can_open(&folder),
            reads: can_read(&layout.partial())?,
            folder,
        })
    }

    /// Whether [`Resident::read`] has any use.
    pub(crate) fn reads(&self) -> bool {
        self.reads
    }

    /// A file, if looking up its name does not need the disk.
    pub(crate) fn open(&self, name: &str) -> Option<File> {
        self.opens.then(|| system::open(&self.folder, name).ok())?
    }

    /// Reads what is in memory from an offset on, if anything is. Zero bytes
    /// are the end of the file; `WouldBlock` and `Unsupported` are refusals.
    pub(crate) fn read(&self, file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.reads {
            system::read(file, buffer, offset)
        } else {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

/// Tries it on a file that was just written.
fn can_read(path: &Path) -> io::Result<bool> {
    std::fs::write(path, b"probe")?;
    let outcome = File::open(path).and_then(|file| system::read(&file, &mut [0; 5], 0));
    std::fs::remove_file(path)?;
    Ok(match outcome {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    })
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::{self, IoSliceMut};

    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::{Errno, ReadWriteFlags, preadv2, retry_on_intr};

    pub(super) fn can_open(folder: &File) -> bool {
        // Linux 5.12 or later, and not forbidden by a sandbox.
        matches!(open(folder, "."), Ok(_) | Err(Errno::AGAIN))
    }

    pub(super) fn open(folder: &File, name: &str) -> rustix::io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::CACHED | ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(folder, name, flags, Mode::empty(), resolve).map(File::from)
    }

    pub(super) fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut buffers = [IoSliceMut::new(buffer)];
        let read = || preadv2(file, &mut buffers, offset, ReadWriteFlags::NOWAIT);
        Ok(retry_on_intr(read)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;

    pub(super) fn can_open(_: &File) -> bool {
        false
    }

    pub(super) fn open(_: &File, _: &str) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn read(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
