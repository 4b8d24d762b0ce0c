//! Who is signed in to the console, in which browser.
//!
//! A session is looked up anew for every request, together with the person it
//! is of: what ends it (its own end, a new password, a closed account) holds
//! from the next request on, whichever replica answers that.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::Username;

use crate::column::{Place, check_text};
use crate::error::StoreError;
use crate::ids::{PersonId, SessionId};
use crate::link::values;
use crate::store::Store;

/// A session, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleSession {
    /// Which it is.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, to within the time that is left unwritten.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// What the browser says it is.
    pub user_agent: String,
    /// From where it was begun.
    pub address: String,
}

/// A session that counts, with its person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: ConsoleSession,
    /// Its person's name.
    pub username: Username,
    /// The epoch of the person's credentials in which it began, which is
    /// still theirs.
    pub credentials_epoch: i64,
}

/// A session to be.
#[derive(Clone)]
pub struct NewConsoleSession {
    /// The keyed hash of its secret, by which it is found.
    pub hash: [u8; 32],
    /// Whose it is.
    pub person: PersonId,
    /// The epoch of the person's credentials in which they signed in.
    pub credentials_epoch: i64,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// What the browser says it is.
    pub user_agent: String,
    /// From where it is begun.
    pub address: String,
}

impl fmt::Debug for NewConsoleSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewConsoleSession")
            .field("person", &self.person)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

/// The columns of a session.
#[derive(sqlx::FromRow)]
struct SessionColumns {
    id: String,
    person: String,
    created_at: i64,
    seen_at: i64,
    ends_at: i64,
    user_agent: String,
    address: String,
}

impl SessionColumns {
    fn read(self) -> Result<ConsoleSession, StoreError> {
        let place = Place {
            what: "session",
            name: &self.id,
        };
        Ok(ConsoleSession {
            id: place.parse(&self.id)?,
            person: place.parse(&self.person)?,
            created_at: place.time(self.created_at)?,
            seen_at: place.time(self.seen_at)?,
            ends_at: place.time(self.ends_at)?,
            user_agent: self.user_agent,
            address: self.address,
        })
    }
}

/// The columns of a session that counts.
#[derive(sqlx::FromRow)]
struct LiveColumns {
    #[sqlx(flatten)]
    session: SessionColumns,
    username: String,
    credentials_epoch: i64,
}

impl LiveColumns {
    fn read(self) -> Result<LiveSession, StoreError> {
        let place = Place {
            what: "person",
            name: &self.username,
        };
        Ok(LiveSession {
            username: place.parse(&self.username)?,
            session: self.session.read()?,
            credentials_epoch: self.credentials_epoch,
        })
    }
}

impl Store {
    /// Keeps a new session, and forgets those that have ended. Refused if the
    /// person can no longer sign in, or not by what they signed in with.
    pub async fn add_console_session(
        &self,
        session: NewConsoleSession,
    ) -> Result<SessionId, StoreError> {
        check_text("user agent", &session.user_agent, 400)?;
        let (id, now) = (SessionId::generate(), self.now());
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "DELETE FROM console_sessions WHERE ends_at <= $1",
                values![now],
            )
            .await?;
        let kept = work
            .link()
            .execute(
                "INSERT INTO console_sessions
                     (id, hash, person, credentials_epoch, created_at, seen_at, ends_at,
                      user_agent, address)
                 SELECT $1, $2, people.id, people.credentials_epoch, $3, $3, $4, $5, $6
                 FROM people
                 WHERE people.id = $7 AND people.credentials_epoch = $8
                     AND people.status = 'active'",
                values![
                    id,
                    &session.hash[..],
                    now,
                    session.ends_at,
                    &*session.user_agent,
                    &*session.address,
                    session.person,
                    session.credentials_epoch,
                ],
            )
            .await?;
        if kept == 0 {
            return Err(StoreError::not_found("active person", &session.person));
        }
        work.commit().await?;
        Ok(id)
    }

    /// The session of this hash, if it counts: neither ended nor unused since
    /// `idle_since`, of a person who can sign in and whose credentials are
    /// those of when it began.
    pub async fn console_session(
        &self,
        hash: &[u8; 32],
        idle_since: Timestamp,
    ) -> Result<Option<LiveSession>, StoreError> {
        let found: Option<LiveColumns> = self
            .db
            .reader()
            .await?
            .link()
            .first(
                "SELECT sessions.id, sessions.person, sessions.created_at, sessions.seen_at,
                     sessions.ends_at, sessions.user_agent, sessions.address,
                     people.username, people.credentials_epoch
                 FROM console_sessions sessions
                 JOIN people ON people.id = sessions.person
                     AND people.credentials_epoch = sessions.credentials_epoch
                     AND people.status = 'active'
                 WHERE sessions.hash = $1 AND sessions.ends_at > $2 AND sessions.seen_at > $3",
                values![&hash[..], self.now(), idle_since],
            )
            .await?;
        found.map(LiveColumns::read).transpose()
    }

    /// Notes that a session is used now.
    pub async fn touch_console_session(&self, id: SessionId) -> Result<(), StoreError> {
        let now = self.now();
        let mut work = self.db.write().await?;
        work.link()
            .execute(
                "UPDATE console_sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1",
                values![now, id],
            )
            .await?;
        work.commit().await
    }

    /// A person's sessions that count, the one used last first.
    pub async fn console_sessions_of(
        &self,
        person: PersonId,
        idle_since: Timestamp,
    ) -> Result<Vec<ConsoleSession>, StoreError> {
        let found: Vec<SessionColumns> = self
            .db
            .reader()
            .await?
            .link()
            .all(
                "SELECT sessions.id, sessions.person, sessions.created_at, sessions.seen_at,
                     sessions.ends_at, sessions.user_agent, sessions.address
                 FROM console_sessions sessions
                 JOIN people ON people.id = sessions.person
                     AND people.credentials_epoch = sessions.credentials_epoch
                     AND people.status = 'active'
                 WHERE sessions.person = $1 AND sessions.ends_at > $2 AND sessions.seen_at > $3
                 ORDER BY sessions.seen_at DESC, sessions.id DESC",
                values![person, self.now(), idle_since],
            )
            .await?;
        found.into_iter().map(SessionColumns::read).collect()
    }

    /// Ends one of a person's sessions. Somebody else's is told from none by
    /// nothing.
    pub async fn end_console_session(
        &self,
        person: PersonId,
        id: SessionId,
    ) -> Result<(), StoreError> {
        let mut work = self.db.write().await?;
        let ended = work
            .link()
            .execute(
                "DELETE FROM console_sessions WHERE id = $1 AND person = $2",
                values![id, person],
            )
            .await?;
        if ended == 0 {
            return Err(StoreError::not_found("session", &id));
        }
        work.commit().await
    }

    /// Ends all of a person's sessions, and says how many there were.
    pub async fn end_console_sessions_of(&self, person: PersonId) -> Result<u64, StoreError> {
        let mut work = self.db.write().await?;
        let ended = work
            .link()
            .execute(
                "DELETE FROM console_sessions WHERE person = $1",
                values![person],
            )
            .await?;
        work.commit().await?;
        Ok(ended)
    }
}
