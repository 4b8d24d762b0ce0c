//! The one value that answers who somebody is.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use jiff::Timestamp;
use pullgate_store::{PasswordHash, SecretBytes, Store, TokenId};
use serde_json::Value;

use crate::access_token::TokenMint;
use crate::browser::BrowserKeys;
use crate::clock::Clock;
use crate::colleagues::Colleagues;
use crate::directory::Directory;
use crate::error::IdentityError;
use crate::keyed_hash::{self, ServerSecret};
use crate::keys::Keyring;
use crate::password::{HashError, Passwords};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::sign_in::Remembered;
use crate::signed::Signatures;
use crate::throttle::Throttle;
use crate::uses::Uses;

/// Under which name the store keeps the server's secret.
const SECRET_NAME: &str = "identity";

/// Says who somebody is: by signing in, or by a token from an earlier
/// sign-in. One for a server, shared by all requests.
pub struct Identity {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    clock: Clock,
    directory: ArcSwap<Directory>,
    pub(crate) keys: ArcSwap<Keyring>,
    pub(crate) signatures: Signatures,
    pub(crate) mint: TokenMint,
    pub(crate) browser_keys: Box<BrowserKeys>,
    pub(crate) passwords: Passwords,
    pub(crate) remembered: Remembered,
    pub(crate) throttle: Throttle,
    pub(crate) colleagues: Colleagues,
    pub(crate) uses: Uses,
}

/// How much costly work was done since the start: for metrics, and for tests
/// that nothing costly happens where it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Password hashes computed, also in vain.
    pub passwords_hashed: u64,
    /// The most that were being computed at the same time.
    pub passwords_hashed_at_once: u64,
    /// Signatures of tokens verified.
    pub signatures_verified: u64,
}

impl Identity {
    /// Opens the identities of an installation. At its first start it makes
    /// the server's secret and the first signing key and keeps both in the
    /// store.
    pub async fn open(
        store: Store,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, IdentityError> {
        let fresh: [u8; keyed_hash::LENGTH] = keyed_hash::random()?;
        let candidate = SecretBytes::from(fresh.as_slice());
        let secret = store.secret_or_insert(SECRET_NAME, &candidate).await?;
        let secret = ServerSecret::new(secret.reveal());
        let directory = Directory::build(&store.load().await?);
        let identity = Self {
            directory: ArcSwap::from_pointee(directory),
            keys: ArcSwap::default(),
            signatures: Signatures::new(&settings),
            mint: TokenMint::new(secret.key_for("access tokens")),
            browser_keys: Box::new(BrowserKeys::new(&secret)),
            passwords: Passwords::new(&settings.password).await?,
            remembered: Remembered::new(&settings.password, secret.key_for("remembered passwords")),
            throttle: Throttle::new(settings.throttle.clone(), secret.key_for("throttle")),
            colleagues: Colleagues::new(&store),
            uses: Uses::default(),
            store,
            settings,
            clock,
        };
        identity.reload_keys().await?;
        if identity.keys.load().live().next().is_none() {
            identity.rotate().await?;
        }
        Ok(identity)
    }

    /// Everybody who can sign in, as of now. Cheap; to be kept no longer than
    /// a request takes, for it does not change any more.
    pub fn directory(&self) -> Guard<Arc<Directory>> {
        self.directory.load()
    }

    /// Puts a newer directory in the place of the one so far. From the next
    /// request on nobody has rights that are not in it. An older one than
    /// the one so far is left out, so that of two readers of the store the
    /// slower does not bring back what is gone.
    pub fn replace_directory(&self, directory: Directory) {
        let newer = Arc::new(directory);
        self.directory.rcu(|current| {
            let keep = newer.generation() < current.generation();
            Arc::clone(if keep { current } else { &newer })
        });
    }

    /// Puts a directory in the place of the one so far although it is older:
    /// for a database that was restored from a backup, whose generation
    /// counts on from there.
    pub fn restore_directory(&self, directory: Directory) {
        self.directory.store(Arc::new(directory));
    }

    /// Reads the directory from the store anew.
    pub async fn reload_directory(&self) -> Result<(), IdentityError> {
        self.replace_directory(Directory::build(&self.store.load().await?));
        Ok(())
    }

    /// The hash of a new password, to be kept in the store. The password has
    /// at least 12 characters and at most 1024 bytes, and does not begin like
    /// an access token; nothing else is asked of it.
    pub async fn hash_password(&self, password: &Secret) -> Result<PasswordHash, HashError> {
        self.passwords.hash(password).await
    }

    /// The public halves of the signing keys, as a JSON Web Key Set.
    pub fn jwks(&self) -> Value {
        self.keys.load().published()
    }

    /// Notes that an access token was used just now; written by
    /// [`Self::flush_uses`]. Signing in and redeeming a refresh token do so
    /// by themselves.
    pub fn record_use(&self, token: TokenId) {
        self.uses.note(token, self.now());
    }

    /// Writes which access tokens were used since the last time, in one
    /// batch. Call it every minute or so, and at the end. What could not be
    /// written is kept for the next time.
    pub async fn flush_uses(&self) -> Result<(), IdentityError> {
        let uses: Vec<_> = self.uses.take().into_iter().collect();
        if uses.is_empty() {
            return Ok(());
        }
        let written = self.store.touch_tokens(&uses).await;
        if written.is_err() {
            for (token, at) in uses {
                self.uses.note(token, at);
            }
        }
        Ok(written?)
    }

    /// How much costly work was done since the start.
    pub fn counters(&self) -> Counters {
        Counters {
            passwords_hashed: self.passwords.computed(),
            passwords_hashed_at_once: self.passwords.peak(),
            signatures_verified: self.signatures.verified(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// Without anything secret.
impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("directory", &self.directory.load())
            .field("keys", &self.keys.load())
            .finish_non_exhaustive()
    }
}
