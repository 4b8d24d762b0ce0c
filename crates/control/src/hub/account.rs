//! What Docker Hub says of every person and organization.

use pullgate_policy::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Fields of Docker Hub's that its tools read. Pullgate knows no such thing of
/// anybody, so they are always empty.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Account {
    /// Always empty.
    company: &'static str,
    /// Always empty.
    location: &'static str,
    /// Always empty.
    gravatar_email: &'static str,
    /// Always empty.
    gravatar_url: &'static str,
    /// Always empty.
    profile_url: &'static str,
}

/// A person or an organization.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) enum AccountKind {
    User,
    Org,
}

/// A role, as it is asked for: in lowercase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleName {
    Owner,
    /// Docker Hub's role for who manages repositories. Pullgate keeps none, so
    /// nobody has this role, and nobody can be given it.
    Editor,
    Member,
}

/// A role, as it is answered: with a capital. An invitee has none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) enum MemberRole {
    Owner,
    Member,
    Invitee,
}

impl From<Role> for MemberRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Member => Self::Member,
        }
    }
}

impl RoleName {
    /// The role of this name; none for a role that nobody has.
    pub(super) fn role(self) -> Option<Role> {
        match self {
            Self::Owner => Some(Role::Owner),
            Self::Member => Some(Role::Member),
            Self::Editor => None,
        }
    }
}
