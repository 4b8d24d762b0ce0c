//! How a registry was last seen, for whoever looks after the installation.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::answer::Answer;
use crate::error::UpstreamError;

/// What came of the last request to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// Why it could not be reached or did not answer as a registry does. Like
    /// every [`UpstreamError`], without a secret.
    pub failure: Option<String>,
}

/// The last of them.
#[derive(Debug, Default)]
pub(crate) struct LastSeen(Mutex<Option<Seen>>);

impl LastSeen {
    pub(crate) fn get(&self) -> Option<Seen> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn note(&self, at: Timestamp, answer: &Result<Answer, UpstreamError>) {
        let failure = match answer {
            Ok(answer) if answer.status().is_server_error() => {
                Some(format!("it answered with {}", answer.status()))
            }
            // Who refuses is there.
            Ok(_) | Err(UpstreamError::Denied | UpstreamError::NotFound) => None,
            Err(error) => Some(error.to_string()),
        };
        let seen = Some(Seen { at, failure });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
}
