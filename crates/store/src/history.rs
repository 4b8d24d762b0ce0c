//! The history: who changed what, when.

use jiff::Timestamp;
use pullgate_policy::OrganizationName;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::error::StoreError;
use crate::store::Store;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An organization was made.
    OrganizationCreated,
    /// An organization was given a namespace.
    NamespaceAdded,
    /// A namespace was taken from an organization.
    NamespaceRemoved,
    /// A person was made.
    PersonCreated,
    /// A person has a new password. The history never holds its hash.
    PasswordChanged,
    /// A person can sign in again, or no more.
    AccountStatusChanged,
    /// A person became a member.
    MemberAdded,
    /// A member got another role.
    RoleChanged,
    /// A membership ended.
    MemberRemoved,
    /// A team was made.
    TeamCreated,
    /// A team was deleted.
    TeamDeleted,
    /// A member was put into a team.
    TeamMemberAdded,
    /// A member was taken out of a team.
    TeamMemberRemoved,
    /// A team's additions were replaced.
    TeamAdditionsChanged,
    /// An organization's settings were changed.
    SettingsChanged,
    /// Patterns were added to an allowlist.
    AllowlistAdded,
    /// Patterns were taken off an allowlist.
    AllowlistRemoved,
    /// An exception was made.
    ExceptionAdded,
    /// An exception was ended before its time.
    ExceptionEnded,
    /// An access token was made.
    TokenAdded,
    /// An access token was revoked.
    TokenRevoked,
    /// A signing key was made.
    SigningKeyAdded,
    /// A signing key was retired.
    SigningKeyRetired,
    /// A signing key was deleted.
    SigningKeyDeleted,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRecord {
    /// The generation that began with it: no two changes have the same, and a
    /// later one has a higher one.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// Who changed it.
    pub actor: Actor,
    /// Whose it is; none for what belongs to no organization.
    pub organization: Option<OrganizationName>,
    /// What was done.
    pub action: Action,
    /// To what, by its name.
    pub subject: String,
    /// How it was, as JSON; none if it was not there.
    pub before: Option<serde_json::Value>,
    /// How it is since, as JSON; none if it is gone.
    pub after: Option<serde_json::Value>,
}

impl Store {
    /// The latest changes, newest first: of one organization or of all, older
    /// than a generation if one is given, at most `limit`.
    pub async fn changes(
        &self,
        _organization: Option<&OrganizationName>,
        _before: Option<i64>,
        _limit: u32,
    ) -> Result<Vec<ChangeRecord>, StoreError> {
        todo!()
    }
}
