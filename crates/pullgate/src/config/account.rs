//! Accounts of organizations at upstreams.

use std::path::PathBuf;

use pullgate_policy::OrganizationName;
use serde::Deserialize;

/// An organization's account at an upstream, for its private repositories:
/// used for its own members and its own namespaces alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationAccount {
    /// Whose account it is.
    pub(crate) organization: OrganizationName,
    /// The registry, as one of the upstreams names it.
    pub(crate) registry: String,
    /// The user name there.
    pub(crate) username: String,
    /// A file that holds the password or access token and nothing else.
    pub(crate) password_file: PathBuf,
}
