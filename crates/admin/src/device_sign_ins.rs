//! Signing a machine in from a browser (RFC 8628): a machine asks, its person
//! answers on a page of the console, the machine fetches its session.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pullgate_identity::{
    Bearer, BrowserSecret, DeviceCodes, PersonId, Reach, Secret, Subject, Via,
};
use pullgate_store::{DeviceAnswer, DevicePoll, DeviceSignIn, NewDeviceSignIn};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::machines::Machine;

/// How long a code can be answered.
const LASTS: Duration = Duration::from_mins(10);

/// How often a machine may ask whether it was.
const EVERY: Duration = Duration::from_secs(5);

/// How many sign-ins of one address may wait at a time.
const MOST_WAITING: u32 = 50;

/// How many wrong codes one person may type within [`LASTS`].
const MOST_GUESSES: usize = 10;

/// The longest name of a program that is kept, in characters.
const LONGEST_CLIENT: usize = 100;

/// A sign-in that a machine has begun.
#[derive(Debug)]
pub struct BegunSignIn {
    /// What the machine keeps.
    pub device_code: Secret,
    /// What its person types.
    pub user_code: String,
    /// The page where they do.
    pub page: String,
    /// How long it can be answered.
    pub lasts: Duration,
    /// How often the machine may ask whether it was.
    pub every: Duration,
}

/// What became of a sign-in, for the machine that began it.
#[derive(Debug)]
pub enum DeviceOutcome {
    /// Nobody has answered yet.
    Waiting,
    /// It asks too often.
    TooSoon,
    /// It was denied.
    Denied,
    /// There is none, or no more.
    Ended,
    /// It was approved: the session, which is given once.
    SignedIn(Bearer),
}

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// Let the machine in, as me.
    Approve,
    /// Do not.
    Deny,
}

/// Who has typed wrong codes lately, on this server.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<HashMap<PersonId, Vec<Timestamp>>>);

impl Guesses {
    fn are_spent(&self, person: PersonId, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lasts = SignedDuration::try_from(LASTS).unwrap_or(SignedDuration::MAX);
        all.retain(|_, wrong| {
            wrong.retain(|at| now.duration_since(*at) < lasts);
            !wrong.is_empty()
        });
        all.get(&person)
            .is_some_and(|wrong| wrong.len() >= MOST_GUESSES)
    }

    fn note(&self, person: PersonId, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(person).or_default().push(now);
    }
}

impl Admin {
    /// Begins a sign-in for a machine, of which nobody knows yet whose it is.
    pub async fn begin_device_sign_in(&self, machine: Machine<'_>) -> Result<BegunSignIn> {
        let console = self.console.as_deref().ok_or_else(|| {
            AdminError::Conflict(
                "this server does not know its own address, so nobody could be sent to a page of it; sign in with a password or an access token, or set public_url".to_owned(),
            )
        })?;
        let unavailable =
            |error: &dyn std::fmt::Display| AdminError::Unavailable(error.to_string());
        let DeviceCodes {
            device,
            device_hash,
            user,
            user_hash,
        } = self
            .identity
            .new_device_codes()
            .map_err(|error| unavailable(&error))?;
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        let client = machine.client.chars().take(LONGEST_CLIENT).map(plain);
        let new = NewDeviceSignIn {
            device_hash,
            user_hash,
            ends_at: self
                .now()
                .checked_add(LASTS)
                .map_err(|error| unavailable(&error))?,
            client: client.collect(),
            address: machine.address.to_string(),
        };
        if !self.store.add_device_sign_in(new, MOST_WAITING).await? {
            return Err(AdminError::Conflict(
                "too many sign-ins from this address wait to be answered; try again in ten minutes"
                    .to_owned(),
            ));
        }
        Ok(BegunSignIn {
            device_code: device,
            user_code: user,
            page: format!("{console}/device"),
            lasts: LASTS,
            every: EVERY,
        })
    }

    /// The sign-in that waits under the code that a person has typed; none if
    /// there is none, or no more.
    pub async fn device_sign_in(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Option<DeviceSignIn>> {
        let person = Self::person_id(caller)?;
        let now = self.now();
        if self.guesses.are_spent(person, now) {
            return Err(AdminError::Conflict(
                "too many codes were wrong; try again in ten minutes".to_owned(),
            ));
        }
        let found = match self.identity.device_user_hash(typed) {
            Some(hash) => self.store.device_sign_in(&hash).await?,
            None => None,
        };
        if found.is_none() {
            self.guesses.note(person, now);
        }
        Ok(found)
    }

    /// Answers the sign-in that waits under this code, and says whether there
    /// was one. Only who has signed in by their password lets a machine in.
    pub async fn answer_device_sign_in(
        &self,
        caller: &Caller,
        typed: &str,
        choice: DeviceChoice,
    ) -> Result<bool> {
        let Caller::SignedIn(Subject::Person { id, epoch, via, .. }) = caller else {
            return Err(Self::person_id(caller).err().unwrap_or_else(by_password));
        };
        if *via != Via::Password {
            return Err(by_password());
        }
        if self.device_sign_in(caller, typed).await?.is_none() {
            return Ok(false);
        }
        let answer = match choice {
            DeviceChoice::Approve => DeviceAnswer::Approved {
                person: *id,
                credentials_epoch: *epoch,
            },
            DeviceChoice::Deny => DeviceAnswer::Denied,
        };
        match self.identity.device_user_hash(typed) {
            Some(hash) => Ok(self.store.answer_device_sign_in(&hash, answer).await?),
            None => Ok(false),
        }
    }

    /// What became of a sign-in, for the machine that began it.
    pub async fn poll_device_sign_in(&self, code: &Secret) -> Result<DeviceOutcome> {
        let hash = self
            .identity
            .browser_secret_hash(BrowserSecret::Device, code);
        let Some(hash) = hash else {
            return Ok(DeviceOutcome::Ended);
        };
        Ok(match self.store.poll_device_sign_in(&hash, EVERY).await? {
            DevicePoll::Unknown => DeviceOutcome::Ended,
            DevicePoll::TooSoon => DeviceOutcome::TooSoon,
            DevicePoll::Waiting => DeviceOutcome::Waiting,
            DevicePoll::Answered(DeviceAnswer::Denied) => DeviceOutcome::Denied,
            DevicePoll::Answered(DeviceAnswer::Approved {
                person,
                credentials_epoch,
            }) => self.device_session(person, credentials_epoch)?,
        })
    }

    /// A session for whoever approved, unless what they approved it by has
    /// ended since.
    fn device_session(&self, person: PersonId, epoch: i64) -> Result<DeviceOutcome> {
        let directory = self.identity.directory();
        let Some(person) = directory.person(person) else {
            return Ok(DeviceOutcome::Ended);
        };
        let subject = Subject::Person {
            id: person.id,
            username: person.username.clone(),
            epoch,
            via: Via::Password,
            reach: Reach::All,
        };
        let session = self.identity.issue_session(&subject);
        let session = session.map_err(|error| AdminError::Unavailable(error.to_string()))?;
        // The epoch is compared where sessions are.
        Ok(match self.identity.verify_session(&session.token) {
            Ok(_) => DeviceOutcome::SignedIn(session),
            Err(_) => DeviceOutcome::Ended,
        })
    }

    fn person_id(caller: &Caller) -> Result<PersonId> {
        match Self::person(caller)? {
            Subject::Person { id, .. } => Ok(*id),
            _ => Err(crate::rights::machine()),
        }
    }
}

fn by_password() -> AdminError {
    AdminError::Forbidden(
        "a machine is let in by whoever has signed in with their password; an access token cannot"
            .to_owned(),
    )
}
