//! What is asked at the door.

use std::fmt;
use std::net::IpAddr;

use pullgate_reference::{Repository, Target};

/// One request to be decided.
#[derive(Clone, Copy, Debug)]
pub struct Pull<'a> {
    /// The repository to be pulled from.
    pub repository: &'a Repository,
    /// What is to be done with it.
    pub action: Action,
    /// The tag or the digest that was asked for, if the action names one.
    pub target: Option<&'a Target>,
    /// The program that asks, by its own word (`User-Agent`).
    pub client: &'a str,
    /// The address that asks.
    pub address: IpAddr,
}

/// What is to be done with a repository. All are decided alike; the log
/// tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading a manifest: what a person would call a pull.
    Manifest,
    /// Reading a blob of an image.
    Blob,
    /// Listing the tags.
    Tags,
    /// Listing what refers to an image: signatures, attestations.
    Referrers,
    /// Making a container or a service of an image that may be there already,
    /// at a Docker Engine.
    Run,
}

impl Action {
    /// The word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Blob => "blob",
            Self::Tags => "tags",
            Self::Referrers => "referrers",
            Self::Run => "run",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
