//! Who changed something.

use std::fmt;
use std::str::FromStr;

use pullgate_policy::Username;

/// Who changed something, as the history tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person who had signed in.
    Person(Username),
    /// A site administrator at the command line, who has the database itself.
    CommandLine,
    /// Whoever has the link of an invite, and has not signed in.
    Invitee,
    /// Pullgate by itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(username) => write!(f, "person:{username}"),
            Self::CommandLine => f.write_str("command line"),
            Self::Invitee => f.write_str("invitee"),
            Self::System => f.write_str("system"),
        }
    }
}

/// A text that names nobody who could have changed something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no actor; expected person:<name>, command line, invitee or system")]
pub struct UnknownActor(String);

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        let unknown = || UnknownActor(text.to_owned());
        match text {
            "command line" => Ok(Self::CommandLine),
            "invitee" => Ok(Self::Invitee),
            "system" => Ok(Self::System),
            _ => {
                let username = text.strip_prefix("person:").ok_or_else(unknown)?;
                username.parse().map(Self::Person).map_err(|_| unknown())
            }
        }
    }
}
