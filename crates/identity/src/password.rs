//! Passwords: argon2id, away from the async threads and bounded in number.
//!
//! One hash takes tens of milliseconds of a core and 19 MiB, on purpose. So
//! only so many are computed at once, only so many wait, and whoever comes
//! after that is told that the server is busy: a flood of sign-ins slows
//! sign-ins down and nothing else.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use pullgate_store::PasswordHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access_token::TokenKind;
use crate::keyed_hash::{NoRandomness, random};
use crate::secret::Secret;

/// The fewest characters of a new password.
const SHORTEST: usize = 12;
/// The most bytes of a password: more would let a stranger choose how long we
/// hash.
const LONGEST: usize = 1024;

/// What a password costs. The defaults are OWASP's for argon2id.
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    /// Memory for one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes, computed one after the other.
    pub lanes: u32,
    /// The most hashes computed at once.
    pub at_once: NonZeroUsize,
    /// The most sign-ins that wait for their turn; the next is told that the
    /// server is busy.
    pub waiting: usize,
    /// How long a verified password is remembered, so that a client that
    /// sends it with each request is answered without hashing it each time.
    pub remembered_for: Duration,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
            at_once: NonZeroUsize::new(cores.div_ceil(2).min(4)).unwrap_or(NonZeroUsize::MIN),
            waiting: 64,
            remembered_for: Duration::from_mins(1),
        }
    }
}

/// Why a text cannot become somebody's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Shorter than 12 characters.
    #[error("the password is too short: use at least {SHORTEST} characters")]
    TooShort,
    /// Longer than 1024 bytes.
    #[error("the password is too long: use at most {LONGEST} bytes")]
    TooLong,
    /// It begins like an access token, and would be taken for one.
    #[error(
        "the password begins like an access token: choose one that does not begin with 'pgp_' or 'pgo_'"
    )]
    LooksLikeToken,
}

/// Why no password hash could be computed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The password cannot be used.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many sign-ins wait already.
    #[error("the server is busy with other sign-ins: try again in a few seconds")]
    Busy,
    /// The machine failed: no memory, no random bytes, settings out of range.
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

impl From<NoRandomness> for HashError {
    fn from(error: NoRandomness) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<password_hash::Error> for HashError {
    fn from(error: password_hash::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Hashes and compares passwords.
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    /// What a password is compared with when nobody has that name, so that
    /// an answer takes as long for a stranger as for a person.
    dummy: PasswordHash,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    longest_queue: usize,
    counts: Arc<Counts>,
}

/// A turn to compute one hash, given up on drop.
pub(crate) struct Turn(OwnedSemaphorePermit);

#[derive(Default)]
struct Counts {
    computed: AtomicU64,
    now: AtomicU64,
    peak: AtomicU64,
}

impl Passwords {
    /// Prepares the dummy hash, which takes as long as a password.
    pub(crate) async fn new(settings: &PasswordSettings) -> Result<Self, HashError> {
        let params = Params::new(settings.memory_kib, settings.passes, settings.lanes, None)
            .map_err(|error| HashError::Failed(error.to_string()))?;
        let mut passwords = Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            dummy: PasswordHash::from(""),
            turns: Arc::new(Semaphore::new(settings.at_once.get())),
            waiting: AtomicUsize::new(0),
            longest_queue: settings.waiting,
            counts: Arc::default(),
        };
        let nobody: [u8; 16] = random()?;
        passwords.dummy = passwords.compute(nobody.to_vec().into()).await?;
        passwords.counts = Arc::default();
        Ok(passwords)
    }

    /// The hash of a new password.
    pub(crate) async fn hash(&self, password: &Secret) -> Result<PasswordHash, HashError> {
        let text = password.expose();
        if text.len() > LONGEST {
            return Err(WeakPassword::TooLong.into());
        }
        if text.chars().count() < SHORTEST {
            return Err(WeakPassword::TooShort.into());
        }
        if TokenKind::claimed_by(text).is_some() {
            return Err(WeakPassword::LooksLikeToken.into());
        }
        self.compute(bytes(password)).await
    }

    /// Whether `password` is the one that `hash` was made of. Without a hash
    /// the answer is no, after the same work.
    pub(crate) async fn verify(
        &self,
        turn: Turn,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashError> {
        if password.expose().len() > LONGEST {
            return Ok(false);
        }
        let against = hash.unwrap_or(&self.dummy).clone();
        let argon2 = self.argon2.clone();
        let password = bytes(password);
        let outcome = self
            .in_turn(turn, move || {
                argon2.verify_password(&password, against.reveal())
            })
            .await?;
        match outcome {
            Ok(()) => Ok(hash.is_some()),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// How many hashes have been computed for sign-ins and new passwords.
    pub(crate) fn computed(&self) -> u64 {
        self.counts.computed.load(Ordering::Relaxed)
    }

    /// The most that were being computed at the same time.
    pub(crate) fn peak(&self) -> u64 {
        self.counts.peak.load(Ordering::Relaxed)
    }

    async fn compute(&self, password: Password) -> Result<PasswordHash, HashError> {
        let salt: [u8; 16] = random()?;
        let argon2 = self.argon2.clone();
        let turn = self.turn().await?;
        let hash: phc::PasswordHash = self
            .in_turn(turn, move || {
                argon2.hash_password_with_salt(&password, &salt)
            })
            .await??;
        Ok(PasswordHash::from(hash.to_string()))
    }

    /// Runs `work` on the blocking pool. Once begun it keeps its turn to its
    /// end, even if nobody waits for it any more.
    async fn in_turn<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let counts = Arc::clone(&self.counts);
        tokio::task::spawn_blocking(move || {
            let Turn(_turn) = turn;
            let now = counts.now.fetch_add(1, Ordering::Relaxed) + 1;
            counts.peak.fetch_max(now, Ordering::Relaxed);
            let result = work();
            counts.now.fetch_sub(1, Ordering::Relaxed);
            counts.computed.fetch_add(1, Ordering::Relaxed);
            result
        })
        .await
        .map_err(|error| HashError::Failed(error.to_string()))
    }

    /// Waits for a turn to compute a hash.
    pub(crate) async fn turn(&self) -> Result<Turn, HashError> {
        let turns = Arc::clone(&self.turns);
        if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
            return Ok(Turn(turn));
        }
        let place = Place::in_queue(&self.waiting);
        if place.number > self.longest_queue {
            return Err(HashError::Busy);
        }
        let turn = turns.acquire_owned().await;
        turn.map(Turn).map_err(|_| HashError::Busy)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Passwords")
            .field("computed", &self.computed())
            .finish_non_exhaustive()
    }
}

/// A place in the queue, given up on drop: also when the client goes away.
struct Place<'q> {
    waiting: &'q AtomicUsize,
    number: usize,
}

impl<'q> Place<'q> {
    fn in_queue(waiting: &'q AtomicUsize) -> Self {
        let number = waiting.fetch_add(1, Ordering::Relaxed) + 1;
        Self { waiting, number }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

type Password = zeroize::Zeroizing<Vec<u8>>;

fn bytes(password: &Secret) -> Password {
    password.expose().as_bytes().to_vec().into()
}
