use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::options::Options;

/// The folder that all servers and the upstream keep their files in, so that
/// they share one file system. It is emptied when a run begins and when one
/// ends.
pub(crate) struct Workplace {
    root: PathBuf,
    file_system: String,
    /// Locked as long as this runs; the system lets go of it however that ends.
    _lock: File,
}

impl Workplace {
    /// Takes the folder for this run alone.
    pub(crate) fn open(options: &Options) -> Result<Self, Failure> {
        let parent = match &options.folder {
            Some(folder) => folder.clone(),
            None => built_in()?,
        };
        fs::create_dir_all(&parent).map_err(Failure::file("make", &parent))?;
        let parent = parent
            .canonicalize()
            .map_err(Failure::file("look at", &parent))?;
        let file_system = file_system(&parent)?;
        let path = parent.join("pullgate-bench.lock");
        let lock = File::create(&path).map_err(Failure::file("make", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::Busy(parent)),
            Err(TryLockError::Error(error)) => return Err(Failure::file("lock", &path)(error)),
        }
        let root = parent.join("pullgate-bench.files");
        if root.exists() {
            // A run that was killed could not clean up.
            fs::remove_dir_all(&root).map_err(Failure::file("empty", &root))?;
        }
        fs::create_dir(&root).map_err(Failure::file("make", &root))?;
        Ok(Self {
            root,
            file_system,
            _lock: lock,
        })
    }

    /// A new folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.root.join(name);
        fs::create_dir_all(&path).map_err(Failure::file("make", &path))?;
        Ok(path)
    }

    /// The name of the file system.
    pub(crate) fn file_system(&self) -> &str {
        &self.file_system
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What stays is emptied by the next run.
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// cargo's target folder, from `target/release/pullgate-bench`.
fn built_in() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().map_err(Failure::system("find this program"))?;
    let target = program.parent().and_then(Path::parent);
    Ok(target.unwrap_or(Path::new(".")).to_owned())
}

/// The name of a folder's file system, which has to be one on a disk.
fn file_system(folder: &Path) -> Result<String, Failure> {
    let found = rustix::fs::statfs(folder)
        .map_err(|error| Failure::file("look at", folder)(error.into()))?;
    let refused = |file_system| {
        let folder = folder.to_owned();
        Err(Failure::NotADisk {
            folder,
            file_system,
        })
    };
    // From linux/magic.h.
    match found.f_type {
        0x0102_1994 => refused("tmpfs"),
        0x794c_7630 => refused("overlayfs"),
        0xEF53 => Ok("ext4".to_owned()),
        0x5846_5342 => Ok("xfs".to_owned()),
        0x9123_683E => Ok("btrfs".to_owned()),
        0x2FC1_2FC1 => Ok("zfs".to_owned()),
        other => Ok(format!("file system {other:#x}")),
    }
}
