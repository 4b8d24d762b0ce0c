//! What an access token may be used for, in Docker Hub's words.

use std::fmt;
use std::str::FromStr;

use crate::subject::Reach;

/// A scope of an access token, as Docker Hub's API names them. A higher one
/// implies the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `repo:admin`
    RepoAdmin,
    /// `repo:write`
    RepoWrite,
    /// `repo:read`
    RepoRead,
    /// `repo:public_read`: nothing private.
    RepoPublicRead,
}

impl Scope {
    const ALL: [Self; 4] = [
        Self::RepoAdmin,
        Self::RepoWrite,
        Self::RepoRead,
        Self::RepoPublicRead,
    ];

    /// The scope as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepoAdmin => "repo:admin",
            Self::RepoWrite => "repo:write",
            Self::RepoRead => "repo:read",
            Self::RepoPublicRead => "repo:public_read",
        }
    }
}

/// What scopes reach.
pub(crate) fn reach_of(scopes: &[Scope]) -> Reach {
    if scopes.iter().any(|scope| *scope != Scope::RepoPublicRead) {
        Reach::All
    } else {
        Reach::PublicOnly
    }
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope: use repo:admin, repo:write, repo:read or repo:public_read")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownScope(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
