//! Who is signed in to the console, in which browser.
//!
//! A browser carries a random secret and nothing else. Whose it is, and
//! whether it still counts, is asked of the database for every request, so a
//! session that was ended, a password that was changed and an account that
//! was closed hold from the next request on, on every server. What the person
//! may do is asked of the directory, which is brought up to the database's
//! generation at the same time: a membership that has ended holds likewise.

use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pullgate_identity::{BrowserSecret, PersonId, Reach, Secret, SignInError, Subject, Via};
use pullgate_policy::Username;
use pullgate_store::{ConsoleSession, LiveSession, NewConsoleSession, SessionId, StoreError};

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// How exactly it is known when a session was used last, at most: a database
/// need not be written to for every page that somebody looks at.
const SEEN_TO_WITHIN: Duration = Duration::from_mins(1);

/// The most characters that are kept of what a browser says it is.
const LONGEST_USER_AGENT: usize = 400;

/// How long sessions of the console last.
#[derive(Clone, Copy, Debug)]
pub struct SessionSettings {
    /// Without being used.
    pub idle: Duration,
    /// In any case.
    pub lifetime: Duration,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(12),
            lifetime: Duration::from_hours(7 * 24),
        }
    }
}

/// From where somebody signs in.
#[derive(Clone, Copy, Debug)]
pub struct Browser<'b> {
    /// The client's own address, past any trusted proxy.
    pub address: IpAddr,
    /// What it says it is.
    pub user_agent: &'b str,
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Opened {
    /// What the browser is to carry.
    pub secret: Secret,
    /// How long it lasts at most.
    pub lifetime: Duration,
}

/// Why somebody could not sign in to the console.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleSignInError {
    /// As for any other way in.
    #[error(transparent)]
    Refused(#[from] SignInError),
    /// They have brought an access token, and a right one.
    #[error(
        "that is an access token, which is for docker and for scripts; sign in here with your password"
    )]
    AccessToken,
    /// The session could not be kept.
    #[error(transparent)]
    Failed(#[from] AdminError),
}

/// Somebody who is signed in to the console.
#[derive(Clone, Debug)]
pub struct Visitor {
    secret: Secret,
    session: ConsoleSession,
    subject: Subject,
    username: Username,
    form_token: String,
}

impl Visitor {
    /// Whom the services take them for.
    pub fn caller(&self) -> Caller {
        Caller::SignedIn(self.subject.clone())
    }

    /// Their name.
    pub fn username(&self) -> &Username {
        &self.username
    }

    /// Their session.
    pub fn session(&self) -> &ConsoleSession {
        &self.session
    }

    /// What the forms of this session carry.
    pub fn form_token(&self) -> &str {
        &self.form_token
    }

    pub(crate) fn person(&self) -> PersonId {
        self.session.person
    }
}

/// The sessions of the console.
#[derive(Clone, Debug)]
pub struct ConsoleSessions {
    pub(crate) admin: Admin,
    settings: SessionSettings,
}

impl ConsoleSessions {
    /// The sessions of people whom those services know.
    pub fn new(admin: Admin, settings: SessionSettings) -> Self {
        Self { admin, settings }
    }

    /// Signs somebody in by user name and password. Failures are throttled as
    /// they are for every other way in.
    ///
    /// A second factor would be asked for here, between the password and the
    /// session; single sign-on would be another way to the same session.
    pub async fn sign_in(
        &self,
        username: &str,
        password: &Secret,
        browser: Browser<'_>,
    ) -> std::result::Result<Opened, ConsoleSignInError> {
        // A password that was changed on another server a moment ago is not
        // taken any more.
        let caught_up = self.admin.door.catch_up().await;
        caught_up.map_err(AdminError::from)?;
        let subject = self
            .admin
            .identity
            .sign_in(username, password, browser.address)
            .await?;
        let Subject::Person {
            id,
            epoch,
            via: Via::Password,
            ..
        } = subject
        else {
            return Err(ConsoleSignInError::AccessToken);
        };
        Ok(self.open(id, epoch, browser).await?)
    }

    /// Begins a session of somebody who has proved who they are.
    pub(crate) async fn open(
        &self,
        person: PersonId,
        credentials_epoch: i64,
        browser: Browser<'_>,
    ) -> Result<Opened> {
        let (secret, hash) = self
            .admin
            .identity
            .new_browser_secret(BrowserSecret::Session)
            .map_err(|error| AdminError::Unavailable(error.to_string()))?;
        let lifetime = self.settings.lifetime;
        let session = NewConsoleSession {
            hash,
            person,
            credentials_epoch,
            ends_at: later(self.admin.now(), lifetime),
            user_agent: readable(browser.user_agent),
            address: browser.address.to_string(),
        };
        self.admin.store.add_console_session(session).await?;
        Ok(Opened { secret, lifetime })
    }

    /// Who it is that brings this secret; nobody if it is no session's, or
    /// none that counts.
    pub async fn visitor(&self, brought: &Secret) -> Result<Option<Visitor>> {
        let identity = &self.admin.identity;
        let Some(hash) = identity.browser_secret_hash(BrowserSecret::Session, brought) else {
            return Ok(None);
        };
        let (found, caught_up) = tokio::join!(
            self.admin.store.console_session(&hash, self.idle_since()),
            self.admin.door.catch_up(),
        );
        caught_up?;
        let Some(live) = found? else {
            return Ok(None);
        };
        self.note_use(&live.session).await?;
        Ok(Some(Visitor {
            form_token: identity.form_token(brought),
            subject: subject(&live),
            username: live.username,
            session: live.session,
            secret: brought.clone(),
        }))
    }

    /// Whether a form carried what this visitor's forms carry.
    pub fn is_own_form(&self, visitor: &Visitor, brought: &str) -> bool {
        self.admin.identity.is_form_token(&visitor.secret, brought)
    }

    /// Ends the visitor's session.
    pub async fn sign_out(&self, visitor: &Visitor) -> Result<()> {
        match self.end(visitor, visitor.session.id).await {
            // It ended by itself a moment ago.
            Err(AdminError::NotFound(_)) => Ok(()),
            other => other,
        }
    }

    /// Ends all of the visitor's sessions, this one included, and says how
    /// many there were.
    pub async fn sign_out_everywhere(&self, visitor: &Visitor) -> Result<u64> {
        let ended = self.admin.store.end_console_sessions_of(visitor.person());
        Ok(ended.await?)
    }

    /// The visitor's sessions, the one used last first.
    pub async fn sessions(&self, visitor: &Visitor) -> Result<Vec<ConsoleSession>> {
        let person = visitor.person();
        let store = &self.admin.store;
        Ok(store.console_sessions_of(person, self.idle_since()).await?)
    }

    /// Ends one of the visitor's own sessions.
    pub async fn end(&self, visitor: &Visitor, session: SessionId) -> Result<()> {
        let ended = self
            .admin
            .store
            .end_console_session(visitor.person(), session)
            .await;
        ended.map_err(|error| match error {
            StoreError::NotFound { .. } => AdminError::NotFound(
                "that session has ended already; reload the page to see which there are".to_owned(),
            ),
            other => other.into(),
        })
    }

    /// Which use a session must have had since to count.
    fn idle_since(&self) -> Timestamp {
        let idle = SignedDuration::try_from(self.settings.idle).unwrap_or(SignedDuration::MAX);
        self.admin.now().checked_sub(idle).unwrap_or(Timestamp::MIN)
    }

    async fn note_use(&self, session: &ConsoleSession) -> Result<()> {
        let fine = SEEN_TO_WITHIN.min(self.settings.idle / 4);
        if later(session.seen_at, fine) <= self.admin.now() {
            self.admin.store.touch_console_session(session.id).await?;
        }
        Ok(())
    }
}

fn subject(live: &LiveSession) -> Subject {
    Subject::Person {
        id: live.session.person,
        username: live.username.clone(),
        epoch: live.credentials_epoch,
        via: Via::Password,
        reach: Reach::All,
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What a browser says it is, without what no honest one says.
fn readable(user_agent: &str) -> String {
    let plain = user_agent.chars().filter(|letter| !letter.is_control());
    plain.take(LONGEST_USER_AGENT).collect()
}
