use std::borrow::Cow;

use crate::registry::DOCKER_HUB;
use crate::{Digest, Excerpt, NameError, Tag, Target, grammar};

/// What the reference grammar of Docker and containerd reads in a name, before
/// any alias is applied: their `ParseNormalizedNamed`, then `TagNameOnly`.
///
/// A name with a tag and a digest is read as one with a digest alone, as it is
/// for every pull.
///
/// It is for showing and comparing. Decide on [`Reference::repository`], where
/// one repository has one spelling.
///
/// [`Reference::repository`]: crate::Reference::repository
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    parts: Parts<'a>,
    target: Target,
}

impl<'a> Reading<'a> {
    /// Reads a name as a person types it after `docker pull`.
    pub fn parse(name: &'a str) -> Result<Self, NameError> {
        let (parts, tail) = Parts::read(name)?;
        Ok(Self {
            parts,
            target: tail.target()?,
        })
    }

    /// The registry as it was written, or `docker.io` where none was. `None`
    /// where the grammar reads a path on no registry at all: in `a_b.c/app` the
    /// first component is meant as a registry and is no host, but would do as a
    /// path.
    pub fn registry(&self) -> Option<&'a str> {
        self.parts.registry
    }

    /// The path, with `library/` before a single component on `docker.io`.
    pub fn path(&self) -> &str {
        &self.parts.path
    }

    /// The tag, `latest` by default; `None` where there is a digest.
    pub fn tag(&self) -> Option<&Tag> {
        self.target.tag()
    }

    /// The digest, if there is one.
    pub fn digest(&self) -> Option<&Digest> {
        self.target.digest()
    }

    /// The tag or the digest.
    pub fn target(&self) -> &Target {
        &self.target
    }

    pub(crate) fn parts(&self) -> &Parts<'a> {
        &self.parts
    }
}

/// The registry and the path of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) registry: Option<&'a str>,
    pub(crate) path: Cow<'a, str>,
}

impl<'a> Parts<'a> {
    /// Reads the registry and the path, and leaves what stands behind them.
    pub(crate) fn read(name: &'a str) -> Result<(Self, Tail<'a>), NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        grammar::check_characters(name)?;
        if name.len() == 64 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NameError::ImageId);
        }
        if let Some(scheme) = ["https://", "http://"]
            .into_iter()
            .find(|s| name.starts_with(s))
        {
            return Err(NameError::Scheme(scheme));
        }
        match name.split_once('/') {
            Some((first, rest)) if grammar::is_meant_as_registry(first) => {
                let (path, tail) = Tail::split(rest);
                Ok((Self::on(first, path)?, tail))
            }
            _ => {
                let (path, tail) = Tail::split(name);
                Ok((Self::on(DOCKER_HUB, path)?, tail))
            }
        }
    }

    fn on(registry: &'a str, path: &'a str) -> Result<Self, NameError> {
        grammar::check_path(path)?;
        if grammar::split_host(registry).is_none() {
            return Self::without_registry(registry, path);
        }
        // The grammar's own and only alias; Registry knows the others.
        let registry = if registry == "index.docker.io" {
            DOCKER_HUB
        } else {
            registry
        };
        let path = if registry == DOCKER_HUB && !path.contains('/') {
            Cow::Owned(format!("library/{path}"))
        } else {
            Cow::Borrowed(path)
        };
        grammar::check_length(&path)?;
        Ok(Self {
            registry: Some(registry),
            path,
        })
    }

    /// In the grammar the registry is optional even after the defaults have
    /// been applied, so a first component that is no host is tried as a path.
    fn without_registry(first: &str, path: &str) -> Result<Self, NameError> {
        if !grammar::is_component(first) {
            return Err(NameError::Registry(Excerpt::of(first)));
        }
        let path = format!("{first}/{path}");
        grammar::check_length(&path)?;
        Ok(Self {
            registry: None,
            path: Cow::Owned(path),
        })
    }
}

/// What stands behind a path: `:tag`, `@digest`, both or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail<'a>(&'a str);

impl<'a> Tail<'a> {
    /// Splits a text into a path and what stands behind it.
    fn split(text: &'a str) -> (&'a str, Self) {
        let end = text.find([':', '@']).unwrap_or(text.len());
        let (path, tail) = text.split_at(end);
        (path, Self(tail))
    }

    /// Whether neither a tag nor a digest was written.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn target(self) -> Result<Target, NameError> {
        let (tag, digest) = match self.0.split_once('@') {
            Some((tag, digest)) => (tag, Some(digest)),
            None => (self.0, None),
        };
        let tag = tag.strip_prefix(':').map(Tag::parse).transpose()?;
        match digest {
            Some(digest) => Digest::parse(digest).map(Target::Digest),
            None => Ok(Target::Tag(tag.unwrap_or_else(Tag::latest))),
        }
    }
}
