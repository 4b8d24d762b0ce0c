use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use pullgate_machine::{Owner, Root};

/// A machine that nobody runs: a folder with its files. Whoever runs the tests
/// owns it, and stands for root.
pub(crate) struct Image {
    folder: tempfile::TempDir,
    pub(crate) owner: Owner,
}

impl Image {
    /// A machine with nothing on it but its people: mia, and dora, who may use
    /// docker.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner {
            uid: rustix::process::getuid().as_raw(),
            gid: rustix::process::getgid().as_raw(),
        };
        let image = Self { folder, owner };
        image.mode("/", 0o755);
        image.write(
            "/etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nmia:x:1000:1000::/home/mia:/bin/sh\ndora:x:1001:1001::/home/dora:/bin/sh\n",
        );
        image.write("/etc/group", "root:x:0:\nusers:x:100:mia,dora\n");
        image
    }

    pub(crate) fn root(&self) -> Root {
        Root::open(self.folder.path()).unwrap()
    }

    /// Where a path of the machine really is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn folder(&self, path: &str) {
        let mut above = PathBuf::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            above.push(part);
            let folder = self.folder.path().join(&above);
            if fs::create_dir(&folder).is_ok() {
                fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let (folder, _) = path.rsplit_once('/').unwrap();
        self.folder(folder);
        fs::write(self.path(path), content).unwrap();
        self.mode(path, 0o644);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.path(path)).is_ok()
    }

    pub(crate) fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn mode_of(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).unwrap().permissions().mode() & 0o7777
    }

    pub(crate) fn link(&self, path: &str, to: &str) {
        let (folder, _) = path.rsplit_once('/').unwrap();
        self.folder(folder);
        symlink(to, self.path(path)).unwrap();
    }

    /// A socket, on which nobody has to listen.
    pub(crate) fn socket(&self, path: &str) {
        let (folder, _) = path.rsplit_once('/').unwrap();
        self.folder(folder);
        drop(UnixListener::bind(self.path(path)).unwrap());
        self.mode(path, 0o660);
    }

    /// All files, as they are, for comparison.
    pub(crate) fn all(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path.clone());
                    all.push((path, Vec::new()));
                } else {
                    let content = fs::read(&path).unwrap();
                    all.push((path, content));
                }
            }
        }
        all.sort();
        all
    }
}
