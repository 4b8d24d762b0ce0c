//! The accounts that publish on Docker Hub.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use pullgate_reference::{NameError, Registry, Repository};
use serde::{Serialize, Serializer};

/// The namespace of the official images. It has no badge.
pub(crate) const OFFICIAL: &str = "library";

/// A namespace on Docker Hub that can have a badge, such as `bitnami`: one
/// component of a repository's path, and not `library`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(Arc<str>);

impl Namespace {
    /// Reads a namespace.
    pub fn parse(text: &str) -> Result<Self, NamespaceError> {
        if text.contains('/') {
            return Err(NamespaceError::Path);
        }
        Repository::new(&Registry::docker_hub(), &format!("{text}/any"))?;
        if text == OFFICIAL {
            return Err(NamespaceError::Official);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The one that a repository's path begins with. Only for what
    /// [`crate::knowledge::Whose`] says is a namespace.
    pub(crate) fn of_repository(namespace: &str) -> Self {
        Self(Arc::from(namespace))
    }

    /// As it stands in a repository's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// So that it can be looked up without being made. Equality, order and hash
/// are those of the text.
impl Borrow<str> for Namespace {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for Namespace {
    type Err = NamespaceError;

    fn from_str(text: &str) -> Result<Self, NamespaceError> {
        Self::parse(text)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Namespace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why a text is no namespace that can have a badge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamespaceError {
    /// It holds a slash.
    #[error("a namespace is one component, such as bitnami, without a slash")]
    Path,
    /// It is `library`.
    #[error("library is the namespace of the official images, which have no badge; leave it out")]
    Official,
    /// It breaks the rules for names.
    #[error(transparent)]
    Name(#[from] NameError),
}
