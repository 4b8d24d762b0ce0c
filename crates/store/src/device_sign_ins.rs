//! Sign-ins that begin on a machine and are answered in a browser.
//!
//! Source: RFC 8628, the device authorization grant.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::ids::PersonId;
use crate::link::{maybe_number, values};
use crate::store::Store;

/// The longest name of a program, in characters.
const LONGEST_CLIENT: usize = 400;

/// A sign-in to be answered.
#[derive(Clone)]
pub struct NewDeviceSignIn {
    /// The keyed hash of the code that the machine keeps.
    pub device_hash: [u8; 32],
    /// The keyed hash of the code that its person types.
    pub user_hash: [u8; 32],
    /// Until when it can be answered, and the answer fetched.
    pub ends_at: Timestamp,
    /// What the program says it is.
    pub client: String,
    /// From where it asks.
    pub address: String,
}

impl fmt::Debug for NewDeviceSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDeviceSignIn")
            .field("client", &self.client)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

/// A sign-in that waits for an answer, as whoever answers sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSignIn {
    /// What the program says it is.
    pub client: String,
    /// From where it asks.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when it can be answered.
    pub ends_at: Timestamp,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// Let it in as this person, in this epoch of their credentials.
    Approved {
        /// Who it is.
        person: PersonId,
        /// The epoch.
        credentials_epoch: i64,
    },
    /// Do not.
    Denied,
}

/// What the machine finds when it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DevicePoll {
    /// There is no such sign-in, or it has ended, or it was fetched before.
    Unknown,
    /// It asks too often.
    TooSoon,
    /// Nobody has answered yet.
    Waiting,
    /// This is the answer. It is given once.
    Answered(DeviceAnswer),
}

#[derive(sqlx::FromRow)]
struct WaitingColumns {
    client: String,
    address: String,
    created_at: i64,
    ends_at: i64,
}

#[derive(sqlx::FromRow)]
struct PollColumns {
    asked_at: i64,
    state: String,
    person: Option<String>,
    credentials_epoch: Option<i64>,
}

const PLACE: Place<'static> = Place {
    what: "device sign-in",
    name: "of a machine",
};

impl Store {
    /// Keeps a sign-in to be answered, and says whether it did: not if that
    /// many of this address wait already.
    pub async fn add_device_sign_in(
        &self,
        new: NewDeviceSignIn,
        most: u32,
    ) -> Result<bool, StoreError> {
        check_text("program", &new.client, LONGEST_CLIENT)?;
        let now = self.now();
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "DELETE FROM device_sign_ins WHERE ends_at <= $1",
                values![now],
            )
            .await?;
        let kept = work
            .link()
            .execute(
                "INSERT INTO device_sign_ins
                     (device_hash, user_hash, created_at, ends_at, asked_at, client, address, state)
                 SELECT $1, $2, $3, $4, $5, $6, $7, 'waiting'
                 WHERE (SELECT count(*) FROM device_sign_ins WHERE address = $7) < $8",
                values![
                    &new.device_hash[..],
                    &new.user_hash[..],
                    now,
                    new.ends_at,
                    0_i64,
                    new.client,
                    new.address,
                    i64::from(most),
                ],
            )
            .await?;
        work.commit().await?;
        Ok(kept == 1)
    }

    /// The sign-in that waits for an answer under this code.
    pub async fn device_sign_in(
        &self,
        user_hash: &[u8; 32],
    ) -> Result<Option<DeviceSignIn>, StoreError> {
        let found: Option<WaitingColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(
                "SELECT client, address, created_at, ends_at FROM device_sign_ins
                 WHERE user_hash = $1 AND ends_at > $2 AND state = 'waiting'",
                values![&user_hash[..], self.now()],
            )
            .await?;
        found
            .map(|found| {
                Ok(DeviceSignIn {
                    client: found.client,
                    address: found.address,
                    created_at: PLACE.time(found.created_at)?,
                    ends_at: PLACE.time(found.ends_at)?,
                })
            })
            .transpose()
    }

    /// Answers a sign-in that waits under this code, and says whether there was
    /// one: of two answers the first holds.
    pub async fn answer_device_sign_in(
        &self,
        user_hash: &[u8; 32],
        answer: DeviceAnswer,
    ) -> Result<bool, StoreError> {
        let (state, person, epoch) = match answer {
            DeviceAnswer::Approved {
                person,
                credentials_epoch,
            } => (
                "approved",
                Some(person.to_string()),
                Some(credentials_epoch),
            ),
            DeviceAnswer::Denied => ("denied", None, None),
        };
        let now = self.now();
        let mut work = self.db.write().await?;
        let answered = work
            .link()
            .execute(
                "UPDATE device_sign_ins SET state = $1, person = $2, credentials_epoch = $3
                 WHERE user_hash = $4 AND ends_at > $5 AND state = 'waiting'",
                values![state, person, maybe_number(epoch), &user_hash[..], now],
            )
            .await?;
        work.commit().await?;
        Ok(answered == 1)
    }

    /// What became of a sign-in, for the machine that began it; an answer is
    /// given once. Whoever asks again before `every` has passed is told so, and
    /// has to wait anew.
    pub async fn poll_device_sign_in(
        &self,
        device_hash: &[u8; 32],
        every: Duration,
    ) -> Result<DevicePoll, StoreError> {
        let now = self.now();
        let mut work = self.db.write().await?;
        let found: Option<PollColumns> = work
            .link()
            .first(
                "SELECT asked_at, state, person, credentials_epoch FROM device_sign_ins
                 WHERE device_hash = $1 AND ends_at > $2",
                values![&device_hash[..], now],
            )
            .await?;
        let Some(found) = found else {
            return Ok(DevicePoll::Unknown);
        };
        let pause = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
        let too_soon = now.as_millisecond() < found.asked_at.saturating_add(pause);
        let poll = match (too_soon, found.state.as_str()) {
            (true, _) => DevicePoll::TooSoon,
            (false, "waiting") => DevicePoll::Waiting,
            (false, "denied") => DevicePoll::Answered(DeviceAnswer::Denied),
            (false, "approved") => DevicePoll::Answered(found.approved()?),
            (false, _) => return Err(PLACE.corrupt("its state is none")),
        };
        if matches!(poll, DevicePoll::Answered(_)) {
            let sql = "DELETE FROM device_sign_ins WHERE device_hash = $1";
            work.link().execute(sql, values![&device_hash[..]]).await?;
        } else {
            let sql = "UPDATE device_sign_ins SET asked_at = $2 WHERE device_hash = $1";
            let asked = values![&device_hash[..], now];
            work.link().execute(sql, asked).await?;
        }
        work.commit().await?;
        Ok(poll)
    }
}

impl PollColumns {
    fn approved(&self) -> Result<DeviceAnswer, StoreError> {
        let person = self.person.as_deref().unwrap_or_default();
        let epoch = self.credentials_epoch;
        Ok(DeviceAnswer::Approved {
            person: PLACE.parse(person)?,
            credentials_epoch: epoch.ok_or_else(|| PLACE.corrupt("it has no epoch"))?,
        })
    }
}
