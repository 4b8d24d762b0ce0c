use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use crate::reading::Parts;
use crate::{Excerpt, NameError, Registry, grammar};

/// A repository by its one canonical name, `docker.io/library/nginx`.
///
/// It can be had only by parsing, so a value of this type is well-formed, and
/// two values are equal exactly if they mean the same repository. This is what
/// every decision is made on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    name: Arc<str>,
    registry: Registry,
}

impl Repository {
    /// Reads a repository as a person writes it, with the defaults and aliases
    /// of a reference: `nginx` is `docker.io/library/nginx`. A tag or a digest
    /// is refused.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let (parts, tail) = Parts::read(name)?;
        if !tail.is_empty() {
            return Err(NameError::UnexpectedTarget(Excerpt::of(name)));
        }
        Self::from_parts(&parts)
    }

    /// The repository that a request's path names on a registry: what stands
    /// between `/v2/` and `/manifests/`, as it came, not decoded.
    ///
    /// The path must be well-formed as it is. Percent-encoding, empty
    /// components, `.` and `..`, uppercase and over-long paths are refused.
    /// Nothing is guessed: `library/` alone is set before a single component on
    /// Docker Hub, since `nginx` there can only mean the official image, and
    /// must not be a second name that a policy knows nothing of.
    pub fn new(registry: &Registry, path: &str) -> Result<Self, NameError> {
        grammar::check_characters(path)?;
        if path.contains([':', '@']) {
            return Err(NameError::UnexpectedTarget(Excerpt::of(path)));
        }
        grammar::check_path(path)?;
        let name = if registry.is_docker_hub() && !path.contains('/') {
            format!("{registry}/library/{path}")
        } else {
            format!("{registry}/{path}")
        };
        let repository = Self {
            name: Arc::from(name),
            registry: registry.clone(),
        };
        grammar::check_length(repository.path())?;
        Ok(repository)
    }

    /// The repository that a path names on a gateway to several registries: a
    /// first component that is a registry by the grammar's rule names that
    /// one, and all else is on Docker Hub. As strict as [`Self::new`].
    pub fn by_path(path: &str) -> Result<Self, NameError> {
        if let Some((first, rest)) = path.split_once('/')
            && grammar::names_registry(first)
        {
            return Self::new(&Registry::parse(first)?, rest);
        }
        Self::new(&Registry::docker_hub(), path)
    }

    /// The second step after the grammar: the registry becomes canonical. An
    /// alias of Docker Hub that the grammar does not know leaves a single
    /// component (`registry-1.docker.io/nginx`), which [`Self::new`] reads as
    /// the official image.
    pub(crate) fn from_parts(parts: &Parts<'_>) -> Result<Self, NameError> {
        let registry = parts.registry.ok_or_else(|| {
            let first = parts.path.split('/').next().unwrap_or_default();
            NameError::NoRegistry(Excerpt::of(first))
        })?;
        Self::new(&Registry::parse(registry)?, &parts.path)
    }

    /// The whole name, `docker.io/library/nginx`.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The registry as text, `docker.io`.
    pub fn registry_str(&self) -> &str {
        self.registry.as_str()
    }

    /// The path on the registry, `library/nginx`.
    pub fn path(&self) -> &str {
        &self.name[self.registry.as_str().len() + 1..]
    }

    /// The first component of the path, `library`: on Docker Hub, the account
    /// that publishes the repository.
    pub fn namespace(&self) -> &str {
        self.components().next().unwrap_or_default()
    }

    /// The components of the path, in order; at least one.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path().split('/')
    }

    /// Whether this is a Docker Official Image: exactly
    /// `docker.io/library/<one component>`.
    pub fn is_official(&self) -> bool {
        self.registry.is_docker_hub()
            && self
                .path()
                .strip_prefix("library/")
                .is_some_and(|rest| !rest.contains('/'))
    }
}

/// The name alone tells repositories apart.
impl Hash for Repository {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl FromStr for Repository {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::parse(name)
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
