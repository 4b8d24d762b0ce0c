//! What is known of Docker Hub's namespaces.

use jiff::Timestamp;
use pullgate_policy::Badge;
use serde::{Deserialize, Serialize};

/// What Docker Hub has said of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBadge {
    /// The namespace.
    pub namespace: String,
    /// Its badge.
    pub badge: Badge,
    /// Until when it is used if nobody can be asked.
    pub usable_until: Timestamp,
}
