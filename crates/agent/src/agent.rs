//! The agent as one value.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;

use crate::demand::Watched;
use crate::files;
use crate::images::Images;
use crate::origins::Origins;
use crate::server::{AskError, Server};
use crate::session::Session;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::spool::Spool;
use crate::visitors::Visitors;

/// The agent on a machine.
#[derive(Debug)]
pub struct Agent {
    pub(crate) settings: Settings,
    pub(crate) demand: Watched,
    pub(crate) sessions: Sessions,
    pub(crate) server: Server,
    pub(crate) images: Images,
    pub(crate) spool: Spool,
    pub(crate) visitors: Visitors,
    /// How many calls the Engine has asked about.
    pub(crate) asked: AtomicU64,
}

/// Why the agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder or a file of its own cannot be used.
    #[error("{} cannot be used: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        error: io::Error,
    },
    /// Another one runs.
    #[error("another agent answers on {} already", .0.display())]
    Running(PathBuf),
    /// The Engine's socket cannot be named.
    #[error("the Engine cannot be asked: {0}")]
    Engine(String),
}

impl StartError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::File { path, error }
    }
}

impl Agent {
    /// Opens what an earlier run has left. `client` makes connections to the
    /// server, and knows whose certificates to trust.
    pub fn open(settings: Settings, client: Client) -> Result<Arc<Self>, StartError> {
        let state = &settings.state;
        files::private_folder(state).map_err(StartError::file(state))?;
        let origins = Origins::open(state).map_err(StartError::file(state))?;
        let images = Images::new(&settings.engine, origins)
            .map_err(|error| StartError::Engine(error.to_string()))?;
        Ok(Arc::new(Self {
            demand: Watched::new(settings.allowed_orgs.clone()),
            sessions: Sessions::open(state, &settings.server).map_err(StartError::file(state))?,
            server: Server::new(settings.server.clone(), client, settings.patience),
            images,
            spool: Spool::open(state).map_err(StartError::file(state))?,
            visitors: Visitors::default(),
            asked: AtomicU64::new(0),
            settings,
        }))
    }

    /// For how long it is decided without the server.
    pub(crate) fn hold(&self) -> SignedDuration {
        SignedDuration::try_from(self.settings.hold).unwrap_or(SignedDuration::MAX)
    }

    /// Asks the server what is new, for as long as it runs.
    pub(crate) async fn follow(&self) {
        let mut tick = tokio::time::interval(self.settings.refresh);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            for session in self.sessions.all() {
                self.refresh(&session).await;
            }
        }
    }

    /// Asks what is new of one who is signed in, and tells what was decided
    /// for them without the server.
    pub(crate) async fn refresh(&self, session: &Arc<Session>) {
        let at = Timestamp::now();
        let lasts = SignedDuration::try_from(self.settings.sign_in_lasts);
        let end = lasts
            .ok()
            .and_then(|lasts| session.since.checked_add(lasts).ok());
        if session.ends_at() <= at {
            return self.sessions.drop_ended(session, "the session has ended");
        }
        if end.is_some_and(|end| end <= at) {
            let why = "the sign-in has lasted as long as it may";
            return self.sessions.drop_ended(session, why);
        }
        match self.ask_anew(session).await {
            Ok(fresh) => {
                // Also of one who stays no longer.
                self.spool
                    .send(fresh.person(), &fresh.token, &self.server)
                    .await;
                if self.demand.now().keeps(fresh.organizations()) {
                    self.sessions.renew(session, fresh);
                } else {
                    let why = "they belong to none of the demanded organizations any more";
                    self.sessions.drop_ended(session, why);
                }
            }
            Err(AskError::SignedOut(why)) => self.sessions.drop_ended(session, &why),
            Err(error) => {
                tracing::warn!(%error, person = %session.person(), "the server cannot be asked what is new");
            }
        }
    }

    async fn ask_anew(&self, session: &Session) -> Result<Session, AskError> {
        let token = if session.is_ageing(Timestamp::now()) {
            self.server.renew(&session.token).await?
        } else {
            session.token.clone()
        };
        let signed = self.server.bundle(&token).await?;
        Session::new(session.uid, session.since, token, signed)
            .map_err(|error| AskError::Away(error.to_string()))
    }
}
