use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::{Digest, NameError, Reading, Repository, Tag, Target};

/// An image as a person names it, and the repository that it means.
///
/// [`registry`](Self::registry) and [`path`](Self::path) are what the reference
/// grammar reads, aliases untouched, so that it can be shown what was asked
/// for; [`repository`](Self::repository) is what it means.
///
/// Where both a tag and a digest are written, the digest decides what is pulled
/// and the tag is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    registry: Arc<str>,
    path: Arc<str>,
    repository: Repository,
    target: Target,
}

impl Reference {
    /// Reads a name such as `nginx`, `ghcr.io/acme/app:1.2` or
    /// `app@sha256:...`. Besides what the grammar refuses, a name that belongs
    /// to no registry is refused ([`NameError::NoRegistry`]).
    pub fn parse(name: &str) -> Result<Self, NameError> {
        Self::from_reading(&Reading::parse(name)?)
    }

    /// Takes the second step: from what the grammar reads to what it means.
    pub fn from_reading(reading: &Reading<'_>) -> Result<Self, NameError> {
        let repository = Repository::from_parts(reading.parts())?;
        Ok(Self::meaning(reading, repository))
    }

    /// What the grammar reads, with the repository that it means.
    pub(crate) fn meaning(reading: &Reading<'_>, repository: Repository) -> Self {
        Self {
            registry: Arc::from(reading.registry().unwrap_or_default()),
            path: Arc::from(reading.path()),
            repository,
            target: reading.target().clone(),
        }
    }

    /// The registry as it was written, or `docker.io` where none was.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path as the grammar reads it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, `latest` by default; `None` where there is a digest.
    pub fn tag(&self) -> Option<&Tag> {
        self.target.tag()
    }

    /// The digest, if there is one.
    pub fn digest(&self) -> Option<&Digest> {
        self.target.digest()
    }

    /// The tag or the digest that is pulled.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// The repository that is meant, under its one canonical name.
    pub fn repository(&self) -> Repository {
        self.repository.clone()
    }
}

impl FromStr for Reference {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::parse(name)
    }
}

/// The name as the grammar reads it, every default written out.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.target {
            Target::Tag(_) => ':',
            Target::Digest(_) => '@',
        };
        write!(f, "{}/{}{mark}{}", self.registry, self.path, self.target)
    }
}
