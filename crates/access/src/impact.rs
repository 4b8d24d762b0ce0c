//! What a draft policy would change.

use jiff::Timestamp;
use pullgate_policy::{Category, Outcome, Rule, TeamName};
use pullgate_reference::Repository;
use serde::{Deserialize, Serialize};

/// What a draft policy would have decided otherwise than the policy of now
/// does, on decisions that were recorded.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How the decisions that were replayed had been recorded, by the policy
    /// of their time.
    pub recorded: OutcomeTally,
    /// How the policy of now decides them.
    pub now: OutcomeTally,
    /// How the draft does.
    pub draft: OutcomeTally,
    /// What was not replayed, for the people who asked belong to the
    /// organization no more, or cannot sign in.
    pub left_out: LeftOut,
    /// What goes on now, and would be denied.
    pub newly_denied: ImpactChange,
    /// What is denied now, and would go on.
    pub newly_allowed: ImpactChange,
    /// What is allowed now, and would go on and be recorded as what enforcing
    /// the policy denies.
    pub newly_monitored: ImpactChange,
}

/// How many decisions ended how.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeTally {
    /// That were allowed.
    pub allowed: u64,
    /// That were allowed, and would have been denied if enforced.
    pub monitored: u64,
    /// That were denied.
    pub denied: u64,
}

/// What was not replayed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many people that are.
    pub people: u64,
    /// How many decisions.
    pub decisions: u64,
}

/// Decisions that change in the same way, and whom and what they are about.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactChange {
    /// How many decisions.
    pub decisions: u64,
    /// When the last of them was; null if there is none.
    #[cfg_attr(
        feature = "schema",
        schema(required, value_type = Option<String>, format = DateTime)
    )]
    pub last_at: Option<Timestamp>,
    /// Which repositories; those that the most subjects ask for come first.
    pub repositories: Foremost<RepositoryImpact>,
    /// Which people and machines; those with the most decisions come first.
    pub subjects: Foremost<SubjectImpact>,
    /// Which teams; those with the most people come first. Somebody in two
    /// teams counts in both.
    pub teams: Foremost<TeamImpact>,
}

/// The first of many.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foremost<T> {
    /// How many there are.
    pub total: u64,
    /// The first of them, at most as many as were asked for.
    pub results: Vec<T>,
}

impl<T> Default for Foremost<T> {
    fn default() -> Self {
        Self {
            total: 0,
            results: Vec::new(),
        }
    }
}

/// A repository about which is decided otherwise.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryImpact {
    /// Which.
    #[serde(with = "pullgate_policy::text::one")]
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub repository: Repository,
    /// Its category under the draft, as it was last.
    pub category: Category,
    /// The draft's rule, as it was last.
    pub rule: Rule,
    /// How many people and machines asked for it.
    pub subjects: u64,
    /// How many decisions.
    pub decisions: u64,
    /// When the last of them was.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub last_at: Timestamp,
}

/// Somebody for whom is decided otherwise.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectImpact {
    /// `person:mia`, `token:acme/ci`, `anonymous:acme`.
    pub subject: String,
    /// How many repositories they asked for.
    pub repositories: u64,
    /// How many decisions.
    pub decisions: u64,
    /// When the last of them was.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub last_at: Timestamp,
}

/// A team for whose people is decided otherwise.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamImpact {
    /// Which.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub team: TeamName,
    /// How many of its people.
    pub people: u64,
    /// How many decisions.
    pub decisions: u64,
    /// When the last of them was.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub last_at: Timestamp,
}

impl OutcomeTally {
    /// How many decisions that are.
    pub fn total(self) -> u64 {
        self.allowed + self.monitored + self.denied
    }

    pub(crate) fn count(&mut self, outcome: Outcome, decisions: u64) {
        *match outcome {
            Outcome::Allowed => &mut self.allowed,
            Outcome::Monitored => &mut self.monitored,
            Outcome::Denied => &mut self.denied,
        } += decisions;
    }
}
