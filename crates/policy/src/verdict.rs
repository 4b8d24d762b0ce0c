//! What was decided, and by what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::category::{Badge, Category};
use crate::name::{OrganizationName, TeamName};

/// How a decision ended.
///
/// Ordered from mild to strict: of several organizations' outcomes the
/// strictest holds.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The pull goes on.
    Allowed,
    /// The pull goes on, and would have been denied if the policy were
    /// enforced instead of monitored.
    Monitored,
    /// The pull is refused.
    Denied,
}

impl Outcome {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Monitored => "monitored",
            Self::Denied => "denied",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The rule that decided, by its name in the table of rules.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Nobody has signed in.
    NotSignedIn,
    /// Whoever has signed in belongs to no organization, so nobody's policy
    /// says that they may pull.
    NoOrganization,
    /// The policy that would decide cannot be read, or has not been confirmed
    /// for too long: what cannot be decided is denied.
    PolicyUnavailable,
    /// The access token that was brought is bounded to other repositories.
    TokenResources,
    /// The subject is in the organization's owners team.
    Owner,
    /// Registry Access Management does not list the registry.
    Registry,
    /// Image Access Management is off.
    Disabled,
    /// The repository lies in a namespace of the organization.
    OrganizationImage,
    /// The allowlist names the repository.
    Allowlist,
    /// An unexpired exception covers the repository and the subject.
    Exception,
    /// The owner's switch for Docker Official Images.
    Official,
    /// The owner's switch for verified publishers.
    VerifiedPublisher,
    /// The owner's switch for Docker-Sponsored Open Source.
    SponsoredOss,
    /// Community images, and all that could not be classified.
    Community,
}

impl Rule {
    /// The word used in answers and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::NoOrganization => "no_organization",
            Self::PolicyUnavailable => "policy_unavailable",
            Self::TokenResources => "token_resources",
            Self::Owner => "owner",
            Self::Registry => "registry",
            Self::Disabled => "disabled",
            Self::OrganizationImage => "organization_image",
            Self::Allowlist => "allowlist",
            Self::Exception => "exception",
            Self::Official => "official",
            Self::VerifiedPublisher => "verified_publisher",
            Self::SponsoredOss => "sponsored_oss",
            Self::Community => "community",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A decision, with what decided it. Borrows from the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict<'p> {
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that decided.
    pub rule: Rule,
    /// The category, seen from the organization that decided.
    pub category: Category,
    /// What was known of the namespace when it was decided. Outside Docker
    /// Hub, where nothing has a badge, [`Badge::None`].
    pub badge: Badge,
    /// The organization whose policy decided; none if there is no such.
    pub organization: Option<&'p OrganizationName>,
    /// The team on whose addition or exception the decision rests.
    pub team: Option<&'p TeamName>,
}

impl Verdict<'_> {
    /// Whether the pull goes on.
    pub fn permits(&self) -> bool {
        self.outcome != Outcome::Denied
    }

    /// Whether the category is a guess because Docker Hub could not say.
    pub fn category_unknown(&self) -> bool {
        self.category == Category::Community && self.badge == Badge::Unknown
    }

    /// Whether another badge could have led to another verdict: only then
    /// is it worth waiting for Docker Hub's answer.
    pub fn rests_on_badge(&self) -> bool {
        self.category_unknown() && self.rule == Rule::Community
    }
}
