//! What an organization's access token is for, in Docker Hub's words.

use serde::{Deserialize, Serialize};

/// What an organization's access token may do with what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenResource {
    /// What the path names.
    #[serde(rename = "type")]
    pub kind: ResourceKind,
    /// Which repositories, as their owner wrote it: `acme/app`, `acme/*`,
    /// `*/*/public`.
    pub path: String,
    /// What may be done with them: `repo-pull`, `scope-image-pull`. Others are
    /// kept and allow nothing, for nothing but pulling is asked of Pullgate.
    pub scopes: Vec<String>,
}

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResourceKind {
    /// Repositories.
    #[serde(rename = "TYPE_REPO")]
    Repositories,
    /// The organization itself. Kept, and allows nothing: an organization's
    /// token administrates nothing.
    #[serde(rename = "TYPE_ORG")]
    Organization,
}
