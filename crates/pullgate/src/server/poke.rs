//! How a command tells the running server that something has changed.
//!
//! The server looks for changes a few times a second by itself. A command that
//! has changed something does not leave it at that: it knocks at a socket in
//! the data folder and waits until the server has brought the change in, so
//! that when the command returns the change holds for the next request.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pullgate_store::StoreError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use super::ending::{Ending, Phase};
use super::parts::Parts;

/// How long a command waits for the server to bring a change in.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the server answers when the change is in.
const DONE: &[u8] = b"done\n";

fn socket(data: &Path) -> PathBuf {
    data.join("server.sock")
}

/// Whether a server has brought a change in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Poked {
    /// It has.
    Done,
    /// No server runs on this data folder.
    NoServer,
    /// It did not say so in time; it will notice by itself.
    NoAnswer,
}

/// Tells the server on this data folder, if there is one, that something has
/// changed.
pub(crate) async fn poke(data: &Path) -> Poked {
    let Ok(mut stream) = UnixStream::connect(socket(data)).await else {
        return Poked::NoServer;
    };
    let mut answer = Vec::new();
    match tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await {
        Ok(Ok(_)) if answer == DONE => Poked::Done,
        _ => Poked::NoAnswer,
    }
}

/// Listens for knocks until told to stop.
pub(crate) fn listen(data: &Path, parts: Arc<Parts>, mut ending: Ending) -> io::Result<()> {
    let path = socket(data);
    // What a killed server has left behind would keep this one from binding.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = ending.reached(Phase::Closing) => break,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        tokio::spawn(answer(stream, Arc::clone(&parts)));
                    }
                }
            }
        }
        let _ = std::fs::remove_file(path);
    });
    Ok(())
}

async fn answer(mut stream: UnixStream, parts: Arc<Parts>) {
    match bring_in(&parts).await {
        Ok(()) => {
            // Whoever asked may have gone away.
            let _ = stream.write_all(DONE).await;
        }
        Err(error) => tracing::error!(%error, "a change could not be brought in"),
    }
}

/// Brings in whatever a command can have changed: policies, people, tokens,
/// and what was imported into the catalog.
async fn bring_in(parts: &Parts) -> Result<(), StoreError> {
    parts.catalog.reload().await?;
    parts.door.reload().await
}
