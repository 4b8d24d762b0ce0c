//! What kind of publisher a repository has.

use std::fmt;
use std::str::FromStr;

use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};

/// What Docker Hub says of a namespace, or that it could not be asked.
///
/// Source: the field `badge` of `GET /v2/orgs/{namespace}/` of Docker Hub's API.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// A verified publisher.
    VerifiedPublisher,
    /// Docker-Sponsored Open Source (`open_source` in the Hub's words).
    SponsoredOss,
    /// The namespace has no badge.
    None,
    /// Nobody knows: never asked, or Docker Hub could not be reached for too
    /// long. Decided as community.
    Unknown,
}

impl Badge {
    /// What it says of a repository: a badge is a property of a Docker Hub
    /// namespace, and elsewhere there is none.
    pub(crate) fn on(self, repository: &Repository) -> Self {
        if repository.registry().is_docker_hub() {
            self
        } else {
            Self::None
        }
    }

    /// The word used in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifiedPublisher => "verified_publisher",
            Self::SponsoredOss => "sponsored_oss",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Badge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word that is none of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of: {expected}")]
pub struct UnknownWord {
    pub(crate) given: String,
    pub(crate) expected: &'static str,
}

impl FromStr for Badge {
    type Err = UnknownWord;

    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        match given {
            "verified_publisher" => Ok(Self::VerifiedPublisher),
            "sponsored_oss" => Ok(Self::SponsoredOss),
            "none" => Ok(Self::None),
            "unknown" => Ok(Self::Unknown),
            _ => Err(UnknownWord {
                given: given.to_owned(),
                expected: "verified_publisher, sponsored_oss, none, unknown",
            }),
        }
    }
}

/// What kind of publisher a repository has, seen from one organization.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// In a namespace of the organization itself.
    Organization,
    /// A Docker Official Image: exactly `docker.io/library/<one component>`.
    Official,
    /// Of a verified publisher on Docker Hub, or of a registry or namespace
    /// that the owner has listed as trusted.
    VerifiedPublisher,
    /// Docker-Sponsored Open Source.
    SponsoredOss,
    /// All else, and all that could not be classified.
    Community,
}

impl Category {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Official => "official",
            Self::VerifiedPublisher => "verified_publisher",
            Self::SponsoredOss => "sponsored_oss",
            Self::Community => "community",
        }
    }

    /// The category apart from any organization's own view of it: what the
    /// name itself and Docker Hub's badge say.
    pub fn of(repository: &Repository, badge: Badge) -> Self {
        if repository.is_official() {
            return Self::Official;
        }
        match badge.on(repository) {
            Badge::VerifiedPublisher => Self::VerifiedPublisher,
            Badge::SponsoredOss => Self::SponsoredOss,
            Badge::None | Badge::Unknown => Self::Community,
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The categories that an owner can allow or restrict. Organization images
/// are always allowed and community images never, so neither is here.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublisherCategory {
    /// Docker Official Images.
    Official,
    /// Verified publishers.
    VerifiedPublisher,
    /// Docker-Sponsored Open Source.
    SponsoredOss,
}

impl PublisherCategory {
    /// All of them, in the order of the rules.
    pub const ALL: [Self; 3] = [Self::Official, Self::VerifiedPublisher, Self::SponsoredOss];
}

impl From<PublisherCategory> for Category {
    fn from(category: PublisherCategory) -> Self {
        match category {
            PublisherCategory::Official => Self::Official,
            PublisherCategory::VerifiedPublisher => Self::VerifiedPublisher,
            PublisherCategory::SponsoredOss => Self::SponsoredOss,
        }
    }
}
