//! Signing in, with an access token or a password.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moka::future::Cache;
use pullgate_policy::Switch;
use pullgate_store::{AccountStatus, PasswordHash, TokenOwner};

use crate::access_token::TokenKind;
use crate::directory::{Directory, Person, subject_of};
use crate::identity::Identity;
use crate::keyed_hash::{HashKey, LENGTH};
use crate::password::{HashError, PasswordSettings};
use crate::secret::Secret;
use crate::subject::{Reach, Subject, Via};
use crate::throttle::{Attempt, Throttled};

/// The most verified passwords that are remembered.
const MOST_REMEMBERED: u64 = 10_000;

/// Why somebody could not sign in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// No such account, or not its password, or no such access token: which
    /// of them is told to nobody.
    #[error("the user name, password or access token is wrong: check them and sign in again")]
    Wrong,
    /// The credentials are right, and the account was deactivated.
    #[error("this account was deactivated: ask your administrator")]
    Disabled,
    /// The access token is right, and its owner has switched it off.
    #[error("this access token is switched off: switch it on again, or sign in with another")]
    SwitchedOff,
    /// The access token is right, and its end date has passed.
    #[error("this access token has expired: create a new one and sign in with it")]
    Expired,
    /// Too many failed sign-ins to this account or from this address.
    #[error("too many failed sign-ins: try again in {} seconds, or sign in with an access token", retry_after.as_secs() + 1)]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Too many others are signing in.
    #[error("the server is busy with other sign-ins: try again in a few seconds")]
    Busy,
    /// The server failed. The text is for its log and holds no secret.
    #[error("signing in failed on the server: {0}")]
    Failed(String),
}

impl From<Throttled> for SignInError {
    fn from(throttled: Throttled) -> Self {
        Self::Throttled {
            retry_after: throttled.retry_after,
        }
    }
}

impl From<HashError> for SignInError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Passwords that were verified a moment ago, by a keyed hash of the person,
/// their epoch, the address and the password, each with when it is forgotten.
#[derive(Debug)]
pub(crate) struct Remembered {
    key: HashKey,
    until: Cache<[u8; LENGTH], Timestamp>,
    lifetime: Duration,
}

impl Remembered {
    pub(crate) fn new(settings: &PasswordSettings, key: HashKey) -> Self {
        let until = Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .time_to_live(settings.remembered_for)
            .build();
        Self {
            key,
            until,
            lifetime: settings.remembered_for,
        }
    }

    fn fingerprint(
        &self,
        username: &str,
        person: Option<&Person>,
        secret: &Secret,
        from: IpAddr,
    ) -> [u8; LENGTH] {
        let epoch = person.map_or(-1, |person| person.credentials_epoch);
        let hash = person.and_then(|person| person.password.as_ref());
        self.key.hash(&[
            username.as_bytes(),
            &epoch.to_be_bytes(),
            hash.map_or(&[], |hash| hash.reveal().as_bytes()),
            from.to_canonical().to_string().as_bytes(),
            secret.expose().as_bytes(),
        ])
    }

    fn end(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.lifetime).unwrap_or(now)
    }
}

impl Identity {
    /// Who signs in as `username` with `secret` from the address `from`.
    ///
    /// A secret that begins like an access token is one, and is never tried
    /// as a password: the user name must then be its owner's, written
    /// exactly, which is a person's user name for a personal token and the
    /// organization's name for an organization's. Anything else is a
    /// password.
    ///
    /// `from` is the client's own address, past any proxy that is trusted to
    /// tell it: failures are counted by it.
    pub async fn sign_in(
        &self,
        username: &str,
        secret: &Secret,
        from: IpAddr,
    ) -> Result<Subject, SignInError> {
        let now = self.now();
        let attempt = self.throttle.attempt(username, from, now);
        if TokenKind::claimed_by(secret.expose()).is_some() {
            self.sign_in_by_token(username, secret, &attempt, now).await
        } else {
            self.sign_in_by_password(username, secret, from, &attempt, now)
                .await
        }
    }

    /// A lookup in memory. The throttle is asked only when the token is wrong.
    async fn sign_in_by_token(
        &self,
        username: &str,
        secret: &Secret,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Subject, SignInError> {
        let hash = self.mint.look_up(secret);
        let found = {
            let directory = self.directory();
            let token = hash
                .and_then(|hash| directory.token_hashed(&hash))
                .filter(|token| owner_is_named(&directory, &token.owner, username));
            token.map(|token| (Arc::clone(token), directory.subject_of_token(token)))
        };
        let Some((token, subject)) = found else {
            self.throttle.wrong_token(attempt)?;
            self.colleagues.wrong_token(&self.throttle, attempt).await?;
            return Err(SignInError::Wrong);
        };
        let subject = subject.ok_or(SignInError::Disabled)?;
        if token.status == Switch::Off {
            return Err(SignInError::SwitchedOff);
        }
        if !token.is_current(now) {
            return Err(SignInError::Expired);
        }
        self.record_use(token.id);
        Ok(subject)
    }

    async fn sign_in_by_password(
        &self,
        username: &str,
        secret: &Secret,
        from: IpAddr,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Subject, SignInError> {
        // Asked before what is remembered is looked at, or else a throttled
        // guesser would learn from it whether a guess was right.
        self.throttle.look(attempt)?;
        let person = self.directory().person_named(username).map(Arc::clone);
        let fingerprint = self
            .remembered
            .fingerprint(username, person.as_deref(), secret, from);
        let until = &self.remembered.until;
        if until.get(&fingerprint).await.is_some_and(|end| end <= now) {
            until.invalidate(&fingerprint).await;
        }
        // Those who bring the same credentials at the same time wait for one
        // comparison: a client that pulls ten images signs in ten times.
        until
            .try_get_with(fingerprint, async {
                self.compare(secret, person.as_deref(), attempt).await?;
                Ok(self.remembered.end(now))
            })
            .await
            .map_err(|refused: Arc<SignInError>| SignInError::clone(&refused))?;
        match person {
            Some(person) if person.status == AccountStatus::Active => {
                Ok(subject_of(&person, Via::Password, Reach::All))
            }
            Some(_) => Err(SignInError::Disabled),
            None => Err(SignInError::Wrong),
        }
    }

    /// Compares a password, as one attempt.
    async fn compare(
        &self,
        secret: &Secret,
        person: Option<&Person>,
        attempt: &Attempt,
    ) -> Result<(), SignInError> {
        self.throttle.take(attempt)?;
        let hash = person.and_then(|person| person.password.as_ref());
        match self.compare_in_turn(secret, hash, attempt).await {
            Ok(true) => {
                self.throttle.give_back(attempt);
                if let Some(bucket) = self.throttle.forgive(attempt) {
                    self.colleagues.forgive(bucket).await;
                }
                Ok(())
            }
            Ok(false) => {
                self.colleagues
                    .wrong_password(&self.throttle, attempt)
                    .await;
                Err(SignInError::Wrong)
            }
            Err(error) => {
                self.throttle.give_back(attempt);
                Err(error)
            }
        }
    }

    /// Compares a password when it is its turn, unless other replicas have
    /// counted too many failures by then: asked last, so that as few as
    /// possible are compared without knowing of each other.
    async fn compare_in_turn(
        &self,
        secret: &Secret,
        hash: Option<&PasswordHash>,
        attempt: &Attempt,
    ) -> Result<bool, SignInError> {
        let turn = self.passwords.turn().await?;
        self.colleagues.learn(&self.throttle, attempt).await;
        self.throttle.look_again(attempt)?;
        Ok(self.passwords.verify(turn, secret, hash).await?)
    }
}

fn owner_is_named(directory: &Directory, owner: &TokenOwner, username: &str) -> bool {
    match owner {
        TokenOwner::Organization(organization) => organization.as_str() == username,
        TokenOwner::Person(id) => directory
            .person(*id)
            .is_some_and(|person| person.username.as_str() == username),
    }
}
