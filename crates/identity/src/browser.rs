//! Secrets that a browser carries: of a session of the console, in its forms,
//! and in the links for setting up and for answering an invite.
//!
//! Each is 256 random bits, so that nobody guesses one and a lookup by its
//! keyed hash is enough. What a form carries is derived from its session's
//! secret: it is kept nowhere, ends with the session, and somebody who reads
//! a page cannot get from it to the cookie.

use aws_lc_rs::constant_time;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::identity::Identity;
use crate::keyed_hash::{HashKey, LENGTH, NoRandomness, ServerSecret, random};
use crate::secret::Secret;

/// What a secret is for. A hash for one is worth nothing for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserSecret {
    /// A session of the console.
    Session,
    /// A set-up link.
    SetUp,
    /// The link of an invite.
    Invite,
    /// What a machine keeps that is signed in from a browser.
    Device,
}

/// The keys of their hashes.
#[derive(Debug)]
pub(crate) struct BrowserKeys {
    session: HashKey,
    set_up: HashKey,
    invite: HashKey,
    device: HashKey,
    pub(crate) device_user: HashKey,
    form: HashKey,
}

impl BrowserKeys {
    pub(crate) fn new(secret: &ServerSecret) -> Self {
        Self {
            session: secret.key_for("console sessions"),
            set_up: secret.key_for("set-up links"),
            invite: secret.key_for("invites"),
            device: secret.key_for("device codes"),
            device_user: secret.key_for("device user codes"),
            form: secret.key_for("console forms"),
        }
    }

    fn hash(&self, purpose: BrowserSecret, bytes: &[u8]) -> [u8; LENGTH] {
        let key = match purpose {
            BrowserSecret::Session => &self.session,
            BrowserSecret::SetUp => &self.set_up,
            BrowserSecret::Invite => &self.invite,
            BrowserSecret::Device => &self.device,
        };
        key.hash(&[bytes])
    }
}

impl Identity {
    /// A new secret and the keyed hash of it, which alone is to be kept.
    pub fn new_browser_secret(
        &self,
        purpose: BrowserSecret,
    ) -> Result<(Secret, [u8; LENGTH]), NoRandomness> {
        let bytes: [u8; LENGTH] = random()?;
        let hash = self.browser_keys.hash(purpose, &bytes);
        Ok((Secret::new(URL_SAFE_NO_PAD.encode(bytes)), hash))
    }

    /// The hash by which a secret that somebody brings is looked up; none if
    /// it cannot be one.
    pub fn browser_secret_hash(
        &self,
        purpose: BrowserSecret,
        brought: &Secret,
    ) -> Option<[u8; LENGTH]> {
        let bytes = decode(brought)?;
        Some(self.browser_keys.hash(purpose, &bytes))
    }

    /// What the forms of a session carry, so that a form of another site is
    /// told from them. Empty for what is no session's secret.
    pub fn form_token(&self, session: &Secret) -> String {
        let token = decode(session).map(|bytes| self.browser_keys.form.hash(&[&bytes]));
        token.map_or_else(String::new, |token| URL_SAFE_NO_PAD.encode(token))
    }

    /// Whether a form carried what the session's forms carry.
    pub fn is_form_token(&self, session: &Secret, brought: &str) -> bool {
        let right = self.form_token(session);
        !right.is_empty()
            && constant_time::verify_slices_are_equal(right.as_bytes(), brought.as_bytes()).is_ok()
    }
}

fn decode(text: &Secret) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text.expose()).ok()?.try_into().ok()
}
