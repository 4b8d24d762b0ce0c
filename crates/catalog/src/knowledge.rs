//! What is known of a repository's badge.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::Badge;
use pullgate_reference::Repository;
use serde::Serialize;

use crate::namespace::OFFICIAL;

/// What is known of a repository's badge, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Knowledge {
    /// The badge. [`Badge::Unknown`] exactly if the source is
    /// [`Source::NeverLearnt`] or [`Source::TooOld`].
    pub badge: Badge,
    /// How it is known, or why it is not.
    pub source: Source,
    /// When Docker Hub said so; also of what is too old.
    pub learnt_at: Option<Timestamp>,
}

/// How a badge is known, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The repository lies in Docker Hub's `library`: whether it is official is
    /// said by its name, and it has no badge.
    NameItself,
    /// Another registry: there are no badges.
    NotDockerHub,
    /// Docker Hub was asked.
    Asked,
    /// It was imported from a file.
    Imported,
    /// Docker Hub has never been asked, or never with an answer.
    NeverLearnt,
    /// What Docker Hub once said is too old to be used.
    TooOld,
}

impl Source {
    /// The word used in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NameItself => "name_itself",
            Self::NotDockerHub => "not_docker_hub",
            Self::Asked => "asked",
            Self::Imported => "imported",
            Self::NeverLearnt => "never_learnt",
            Self::TooOld => "too_old",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose badge it is.
pub(crate) enum Whose<'r> {
    /// A namespace's on Docker Hub.
    Namespace(&'r str),
    /// Nobody's: the repository's name says all there is to know.
    Nobodys(Knowledge),
}

impl<'r> Whose<'r> {
    pub(crate) fn of(repository: &'r Repository) -> Self {
        let nobodys = |source| {
            Self::Nobodys(Knowledge {
                badge: Badge::None,
                source,
                learnt_at: None,
            })
        };
        if !repository.registry().is_docker_hub() {
            return nobodys(Source::NotDockerHub);
        }
        match repository.namespace() {
            OFFICIAL => nobodys(Source::NameItself),
            namespace => Self::Namespace(namespace),
        }
    }
}
