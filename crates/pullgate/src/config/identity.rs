//! Signing in.

use std::time::Duration;

use serde::Deserialize;

use super::duration;

/// Signing in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IdentityConfig {
    /// How long a session of `pullgate login` lasts. Default 24 hours.
    #[serde(deserialize_with = "some")]
    pub(crate) session_lifetime: Option<Duration>,
    /// How long `docker login` lasts before it has to be repeated. Default 90
    /// days; it ends earlier when the password changes or the account is
    /// deactivated.
    #[serde(deserialize_with = "some")]
    pub(crate) refresh_lifetime: Option<Duration>,
}

fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    duration::deserialize(deserializer).map(Some)
}
