//! Somebody who is signed in on this machine.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use pullgate_admin::BUNDLE_PURPOSE;
use pullgate_bundle::{Bundle, Ready};
use pullgate_control::MachineBundle;
use pullgate_identity::{BearerError, DocumentKeys, Secret};
use pullgate_policy::{OrganizationName, Username};
use serde::{Deserialize, Serialize};

/// Somebody who is signed in on this machine, with what decides for them while
/// the server is away.
#[derive(Debug)]
pub(crate) struct Session {
    /// Who of this machine has signed in, by the kernel's word.
    pub(crate) uid: u32,
    /// When they signed in.
    pub(crate) since: Timestamp,
    /// The session at the server.
    pub(crate) token: Secret,
    /// The bundle as the server signed it.
    signed: MachineBundle,
    ready: Ready,
}

/// A session as it is kept in a file that root alone reads.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    uid: u32,
    /// The server that it is a session at: no other gets to see it.
    pub(crate) server: String,
    since: Timestamp,
    token: String,
    bundle: MachineBundle,
}

/// Why a bundle is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleError {
    /// The keys that came with it are none.
    #[error("the server's keys cannot be read")]
    Keys,
    /// Its signature is wrong, or what it says cannot be read.
    #[error(transparent)]
    Signature(#[from] BearerError),
}

impl Session {
    /// A session with a bundle, whose signature is checked.
    pub(crate) fn new(
        uid: u32,
        since: Timestamp,
        token: Secret,
        signed: MachineBundle,
    ) -> Result<Self, BundleError> {
        let keys: DocumentKeys =
            serde_json::from_value(signed.keys.clone()).map_err(|_| BundleError::Keys)?;
        let bundle: Bundle = keys.read(&signed.bundle, BUNDLE_PURPOSE)?;
        Ok(Self {
            uid,
            since,
            token,
            signed,
            ready: bundle.into(),
        })
    }

    /// Who it is.
    pub(crate) fn person(&self) -> &Username {
        self.ready.person()
    }

    /// The organizations they belong to, by the server's last word.
    pub(crate) fn organizations(&self) -> impl Iterator<Item = &OrganizationName> {
        self.ready.organizations()
    }

    /// What decides while the server is away, if it still does.
    pub(crate) fn bundle(&self, at: Timestamp, hold: SignedDuration) -> Option<&Ready> {
        let end = self.ready.made_at().checked_add(hold).ok()?;
        (at < end && self.ready.holds_at(at)).then_some(&self.ready)
    }

    /// When the session ends by its own word. One that says nothing has ended.
    pub(crate) fn ends_at(&self) -> Timestamp {
        token_times(&self.token).map_or(Timestamp::MIN, |(_, end)| end)
    }

    /// Whether it is time to renew it: half of it has passed.
    pub(crate) fn is_ageing(&self, at: Timestamp) -> bool {
        let Some((begin, end)) = token_times(&self.token) else {
            return true;
        };
        let half = end.duration_since(begin) / 2;
        begin.checked_add(half).is_ok_and(|half| half <= at)
    }

    /// To be kept, as a session at this server.
    pub(crate) fn keep(&self, server: &str) -> Kept {
        Kept {
            uid: self.uid,
            server: server.to_owned(),
            since: self.since,
            token: self.token.expose().to_owned(),
            bundle: self.signed.clone(),
        }
    }
}

impl TryFrom<Kept> for Session {
    type Error = BundleError;

    fn try_from(kept: Kept) -> Result<Self, BundleError> {
        Self::new(kept.uid, kept.since, Secret::from(kept.token), kept.bundle)
    }
}

/// When a session was issued and when it ends, by its own word: the server
/// decides.
fn token_times(token: &Secret) -> Option<(Timestamp, Timestamp)> {
    #[derive(Deserialize)]
    struct Claims {
        iat: i64,
        exp: i64,
    }
    let payload = token.expose().split('.').nth(1)?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let begin = Timestamp::from_second(claims.iat).ok()?;
    Some((begin, Timestamp::from_second(claims.exp).ok()?))
}
