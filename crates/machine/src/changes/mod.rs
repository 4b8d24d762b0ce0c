//! Writing clients' configurations so that all of it can be taken back.
//!
//! One file, the ledger, says of each file that was written for which clients
//! it was, what was written, and where what was there before is kept. It is
//! written before the files are: whenever a run is cut off, the next can take
//! back what it did. A file that somebody has changed since is theirs, and is
//! left as it is.

mod apply;
mod ledger;
mod undo;

use std::io;

pub use apply::{Applied, Wanted, apply};
pub use ledger::{LEDGER, Ledger};
pub use undo::{Undone, undo};

use crate::put::PutError;

/// Why configurations were not changed, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A file was not written.
    #[error(transparent)]
    Put(#[from] PutError),
    /// A file could not be read.
    #[error("{0} cannot be read: {1}")]
    Read(String, #[source] io::Error),
    /// A file holds others' settings, and could not be merged with them.
    #[error("{0}: {1}")]
    Unmergeable(String, pullgate_client_config::Unmergeable),
    /// The ledger is not one that this program has written.
    #[error("{LEDGER} is not one that this program has written")]
    Ledger,
}
