//! Who asks for something to be done.

use pullgate_identity::Subject;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody who has signed in.
    SignedIn(Subject),
    /// Whoever can run commands on the server with its database: may do
    /// everything.
    CommandLine,
}

impl From<Subject> for Caller {
    fn from(subject: Subject) -> Self {
        Self::SignedIn(subject)
    }
}
