//! The console.

use std::time::Duration;

use pullgate_admin::SessionSettings;
use serde::Deserialize;

use super::duration;

/// The console.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConsoleConfig {
    /// How long somebody stays signed in without looking at a page.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) idle_timeout: Duration,
    /// How long somebody stays signed in at most.
    #[serde(deserialize_with = "duration::deserialize")]
    pub(crate) session_lifetime: Duration,
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        let SessionSettings { idle, lifetime } = SessionSettings::default();
        Self {
            idle_timeout: idle,
            session_lifetime: lifetime,
        }
    }
}
