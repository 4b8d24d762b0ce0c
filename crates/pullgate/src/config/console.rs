//! The console.

use std::num::NonZeroU32;
use std::time::Duration;

use pullgate_admin::SessionSettings;
use pullgate_console::ConsoleRates;
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
    /// How many pages a session may ask for in a minute.
    pub(crate) requests_per_minute: NonZeroU32,
    /// How many pages an address may ask for in a minute, all who are behind
    /// it together.
    pub(crate) requests_per_minute_of_an_address: NonZeroU32,
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        let SessionSettings { idle, lifetime } = SessionSettings::default();
        let ConsoleRates {
            per_session,
            per_address,
        } = ConsoleRates::default();
        Self {
            idle_timeout: idle,
            session_lifetime: lifetime,
            requests_per_minute: per_session,
            requests_per_minute_of_an_address: per_address,
        }
    }
}
