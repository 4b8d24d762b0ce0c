//! To whom something is allowed beyond the categories.

use crate::name::TeamName;

/// Whom an allowlist entry or an exception that applies is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant<'p> {
    /// Everybody in the organization.
    Organization,
    /// The members of one team.
    Team(&'p TeamName),
    /// The person who asks.
    Person,
}

impl<'p> Grant<'p> {
    /// The team, which a decision that rests on this names.
    pub(crate) fn team(self) -> Option<&'p TeamName> {
        match self {
            Self::Team(team) => Some(team),
            Self::Organization | Self::Person => None,
        }
    }
}
