//! What a team may pull beyond its organization's policy.

use pullgate_reference::Pattern;
use serde::{Deserialize, Serialize};

use crate::category::PublisherCategory;
use crate::text;

/// A team's additions: they only widen what its members may pull.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TeamAdditions {
    /// Allowlist entries for the team's members. They count while the
    /// organization's allowlist is on.
    #[serde(with = "text::list")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>, default = json!([])))]
    pub allowlist: Vec<Pattern>,
    /// Categories that are Allowed for the team's members although the
    /// organization restricts them.
    pub categories: Vec<PublisherCategory>,
}
