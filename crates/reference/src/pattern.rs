use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::{Excerpt, NameError, Registry, Repository};

/// A pattern of repositories, as an allowlist or a namespace names them.
///
/// | pattern | matches |
/// |---|---|
/// | `docker.io/library/nginx` | this repository |
/// | `docker.io/bitnami/*` | what has exactly one more component |
/// | `ghcr.io/acme/**` | what has one or more components more |
/// | `registry.acme.example/**` | the whole registry |
///
/// The defaults and aliases of a reference apply: `nginx` is
/// `docker.io/library/nginx`, `bitnami/*` is `docker.io/bitnami/*`, and
/// `docker.io/*` is `docker.io/library/*`. Components are matched as a whole:
/// no pattern for `ghcr.io/acme` matches `ghcr.io/acme-evil/app` or
/// `ghcr.io.evil.example/acme/app`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: Arc<str>,
    reach: Reach,
    registry: Registry,
}

/// How far below its stem a pattern reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reach {
    /// The repository itself.
    Exact,
    /// `/*`: exactly one component.
    Children,
    /// `/**`: one component or more.
    Descendants,
}

impl Pattern {
    /// Reads a pattern. A wildcard is only the whole last component, and never
    /// the only one: which registry is meant must be said.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let misplaced = || NameError::Wildcard(Excerpt::of(text));
        let (stem, reach) = match text.rsplit_once('/') {
            Some((stem, "**")) => (stem, Reach::Descendants),
            Some((stem, "*")) => (stem, Reach::Children),
            _ => (text, Reach::Exact),
        };
        if stem.contains('*') {
            return Err(misplaced());
        }
        if reach == Reach::Exact {
            return Repository::parse(text).map(|repository| Self {
                text: Arc::from(repository.as_str()),
                reach,
                registry: repository.registry().clone(),
            });
        }
        // Let the grammar read the stem with components in the wildcard's
        // place, so that defaults and aliases are those of a reference. Two
        // for `**`: below `docker.io/**` is more than `docker.io/library/`.
        let placeholder = if reach == Reach::Children {
            "/x"
        } else {
            "/x/x"
        };
        let repository = Repository::parse(&format!("{stem}{placeholder}"))?;
        let stem = repository
            .as_str()
            .strip_suffix(placeholder)
            .ok_or_else(misplaced)?;
        let wildcard = if reach == Reach::Children { "*" } else { "**" };
        Ok(Self {
            text: Arc::from(format!("{stem}/{wildcard}")),
            reach,
            registry: repository.registry().clone(),
        })
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one registry on which the pattern's repositories lie.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whether a repository is one of the pattern's.
    pub fn matches(&self, repository: &Repository) -> bool {
        let rest = repository.as_str().strip_prefix(self.stem());
        match self.reach {
            Reach::Exact => rest == Some(""),
            Reach::Children => rest.is_some_and(|rest| !rest.contains('/')),
            Reach::Descendants => rest.is_some(),
        }
    }

    /// The first component of the path of all its repositories: on Docker
    /// Hub, the account that publishes them. None for a whole registry.
    pub fn namespace(&self) -> Option<&str> {
        let path = self.stem().get(self.registry.as_str().len() + 1..)?;
        let namespace = path.split('/').next();
        namespace.filter(|namespace| !namespace.is_empty())
    }

    /// Repositories of the pattern's, one for each depth at which they can
    /// lie and mean something different. Made up where the pattern has a
    /// wildcard: there may be nothing by such a name. Empty where such a name
    /// would be too long.
    pub fn samples(&self) -> Vec<Repository> {
        let below: &[&str] = match self.reach {
            Reach::Exact => &[""],
            Reach::Children => &["x"],
            Reach::Descendants => &["x", "x/x"],
        };
        let names = below.iter().map(|below| format!("{}{below}", self.stem()));
        names
            .filter_map(|name| Repository::parse(&name).ok())
            .collect()
    }

    /// Whether some repository could match both patterns.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (stem, deeper) = if self.stem().len() <= other.stem().len() {
            (self, other)
        } else {
            (other, self)
        };
        let Some(rest) = deeper.stem().strip_prefix(stem.stem()) else {
            return false;
        };
        match stem.reach {
            Reach::Exact => rest.is_empty() && deeper.reach == Reach::Exact,
            Reach::Children if deeper.reach == Reach::Exact => !rest.contains('/'),
            Reach::Children => rest.is_empty(),
            Reach::Descendants => true,
        }
    }

    /// Whether all repositories of the other pattern are this one's, too.
    pub fn covers(&self, other: &Self) -> bool {
        match self.reach {
            Reach::Descendants => other.stem().starts_with(self.stem()),
            Reach::Exact => self == other,
            Reach::Children => {
                let child = other.stem().strip_prefix(self.stem());
                let is_child = child.is_some_and(|rest| !rest.contains('/'));
                self == other || (other.reach == Reach::Exact && is_child)
            }
        }
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// The repository's name, or all that stands before the wildcard, the slash
    /// included. The registry and whole components of the canonical name, so
    /// that comparing it as text compares components.
    pub(crate) fn stem(&self) -> &str {
        match self.reach {
            Reach::Exact => &self.text,
            Reach::Children => self.text.trim_end_matches('*'),
            Reach::Descendants => self.text.trim_end_matches("**"),
        }
    }
}

impl FromStr for Pattern {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&Repository> for Pattern {
    /// The pattern that matches this repository alone.
    fn from(repository: &Repository) -> Self {
        Self {
            text: Arc::from(repository.as_str()),
            reach: Reach::Exact,
            registry: repository.registry().clone(),
        }
    }
}
