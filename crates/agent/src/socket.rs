//! Listening on a Unix socket.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::agent::StartError;

/// A socket that is there for as long as this is.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) listener: UnixListener,
    path: PathBuf,
}

/// Who may connect.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    /// The owner alone.
    Owner,
    /// Everybody on the machine.
    Everybody,
}

impl Socket {
    /// Listens at a path, in the place of what a killed process has left there,
    /// but of nothing else.
    pub(crate) async fn bind(path: &Path, whom: For) -> Result<Self, StartError> {
        let unusable = || StartError::file(path);
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(folder)
                .map_err(StartError::file(folder))?;
        }
        match fs::symlink_metadata(path) {
            Ok(there) if there.file_type().is_socket() => {
                if UnixStream::connect(path).await.is_ok() {
                    return Err(StartError::Running(path.to_owned()));
                }
                fs::remove_file(path).map_err(unusable())?;
            }
            Ok(_) => {
                return Err(unusable()(io::Error::other(
                    "it is something else than a socket",
                )));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable()(error)),
        }
        let listener = UnixListener::bind(path).map_err(unusable())?;
        let mode = match whom {
            For::Owner => 0o600,
            For::Everybody => 0o666,
        };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(unusable())?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // It may be gone with its folder.
        let _ = fs::remove_file(&self.path);
    }
}
