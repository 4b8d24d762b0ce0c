//! What can be set about signing in.

use std::time::Duration;

use crate::password::PasswordSettings;
use crate::throttle::ThrottleSettings;

/// The settings of this crate. The defaults are what is meant to be used;
/// tests lower the cost of passwords.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who signs tokens (`iss`): the same on all replicas of one
    /// installation, and different between two.
    pub issuer: String,
    /// How long a bearer token is valid. Clients of registries take anything
    /// below a minute for an error, so it is at least 60 seconds.
    pub bearer_lifetime: Duration,
    /// How long a session of the control API lasts.
    pub session_lifetime: Duration,
    /// How long a refresh token can be redeemed.
    pub refresh_lifetime: Duration,
    /// By how much the clocks of two machines may differ.
    pub leeway: Duration,
    /// For how long a new signing key is published before it signs, so that
    /// every replica has loaded it by then.
    pub key_activation: Duration,
    /// The age at which a signing key gets a successor.
    pub key_lifetime: Duration,
    /// Passwords: their cost, and how many are hashed at once.
    pub password: PasswordSettings,
    /// Failed sign-ins: how many are free.
    pub throttle: ThrottleSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: "pullgate".into(),
            bearer_lifetime: Duration::from_mins(5),
            session_lifetime: Duration::from_hours(24),
            refresh_lifetime: Duration::from_hours(90 * 24),
            leeway: Duration::from_mins(1),
            key_activation: Duration::from_mins(1),
            key_lifetime: Duration::from_hours(30 * 24),
            password: PasswordSettings::default(),
            throttle: ThrottleSettings::default(),
        }
    }
}

impl Settings {
    /// The longest that any signed token is accepted after it was issued: as
    /// long as a retired key must still verify.
    pub(crate) fn longest_token(&self) -> Duration {
        self.bearer_lifetime
            .max(self.session_lifetime)
            .max(self.refresh_lifetime)
            .saturating_add(self.leeway)
    }
}
