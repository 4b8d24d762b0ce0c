//! What an owner sets: plain data, stored and shown as it is.

use pullgate_reference::{Pattern, Registry};
use serde::{Deserialize, Serialize};

use crate::category::PublisherCategory;
use crate::text;

/// The most registries that Registry Access Management lists.
pub const MAX_REGISTRIES: usize = 100;

/// One organization's settings.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Image Access Management.
    pub iam: Iam,
    /// Registry Access Management.
    pub ram: Ram,
    /// Registries other than Docker Hub, or namespaces on them, whose
    /// repositories count as those of verified publishers.
    #[serde(with = "text::list")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, default = json!([])))]
    pub trusted: Vec<Pattern>,
}

/// Image Access Management: which categories of images may be pulled.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Iam {
    /// Whether it is on. Off until an owner switches it on.
    pub enabled: Switch,
    /// Whether a denial blocks the pull or is only recorded.
    pub mode: Mode,
    /// Docker Official Images.
    pub official: Permission,
    /// Verified publishers.
    pub verified_publisher: Permission,
    /// Docker-Sponsored Open Source. Restricted, as community images are,
    /// until an owner allows it.
    pub sponsored_oss: Permission,
    /// Whether the allowlist counts, that of teams included.
    pub allowlist: Switch,
}

impl Default for Iam {
    fn default() -> Self {
        Self {
            enabled: Switch::Off,
            mode: Mode::Enforce,
            official: Permission::Allowed,
            verified_publisher: Permission::Allowed,
            sponsored_oss: Permission::Restricted,
            allowlist: Switch::Off,
        }
    }
}

impl Iam {
    /// The owner's choice for one category.
    pub fn permission(&self, category: PublisherCategory) -> Permission {
        match category {
            PublisherCategory::Official => self.official,
            PublisherCategory::VerifiedPublisher => self.verified_publisher,
            PublisherCategory::SponsoredOss => self.sponsored_oss,
        }
    }
}

/// Registry Access Management: which registries may be pulled from.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ram {
    /// Whether it is on, independent of Image Access Management.
    pub enabled: Switch,
    /// Whether a denial blocks the pull or is only recorded. A mode of its
    /// own: trying Image Access Management out must not open the registries.
    pub mode: Mode,
    /// Docker Hub, which is not in the list.
    pub docker_hub: Permission,
    /// The registries that may be pulled from, at most [`MAX_REGISTRIES`].
    #[serde(with = "text::list")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, default = json!([])))]
    pub registries: Vec<Registry>,
}

impl Default for Ram {
    fn default() -> Self {
        Self {
            enabled: Switch::Off,
            mode: Mode::Enforce,
            docker_hub: Permission::Allowed,
            registries: Vec::new(),
        }
    }
}

/// Settings that cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// More registries than the list holds.
    #[error(
        "{given} registries are too many: Registry Access Management lists at most {MAX_REGISTRIES}; remove some"
    )]
    TooManyRegistries {
        /// How many were given.
        given: usize,
    },
    /// Docker Hub stands in a list where it has no place.
    #[error(
        "docker.io does not belong in the list of registries, because it has a switch of its own: set Docker Hub to allowed or restricted instead"
    )]
    DockerHubListed,
    /// A trusted pattern on Docker Hub.
    #[error(
        "{pattern} cannot be listed as trusted, because on Docker Hub the badge says who is a verified publisher: put it on the allowlist instead"
    )]
    TrustedOnDockerHub {
        /// The pattern.
        pattern: Pattern,
    },
}

impl Settings {
    /// Whether these settings can be kept.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.ram.registries.len() > MAX_REGISTRIES {
            return Err(SettingsError::TooManyRegistries {
                given: self.ram.registries.len(),
            });
        }
        if self.ram.registries.iter().any(Registry::is_docker_hub) {
            return Err(SettingsError::DockerHubListed);
        }
        match self
            .trusted
            .iter()
            .find(|pattern| pattern.registry().is_docker_hub())
        {
            Some(pattern) => Err(SettingsError::TrustedOnDockerHub {
                pattern: pattern.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// On or off.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

impl Switch {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// Where something else says on or off as true or false.
impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// What an owner says of a category or a registry.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Members may pull.
    Allowed,
    /// Members may not pull.
    Restricted,
}

impl Permission {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Restricted => "restricted",
        }
    }
}

/// Where something else says allowed or not as true or false.
impl From<bool> for Permission {
    fn from(allowed: bool) -> Self {
        if allowed {
            Self::Allowed
        } else {
            Self::Restricted
        }
    }
}

/// Whether denials block.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// What is denied is not pulled.
    Enforce,
    /// Everything is decided and recorded, and nothing is blocked.
    Monitor,
}
