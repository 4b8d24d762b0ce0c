//! Who is signed in on this machine.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::demand::Demand;
use crate::files;
use crate::session::{Kept, Session};

/// Everybody who is signed in, one session for each user of the machine; kept
/// in a file, so that a restart signs nobody out.
#[derive(Debug)]
pub(crate) struct Sessions {
    file: PathBuf,
    server: String,
    /// One at a time writes the file, or an older state would be the last.
    writing: Mutex<()>,
    all: Mutex<BTreeMap<u32, Arc<Session>>>,
}

impl Sessions {
    /// Those that were kept of this server. One that cannot be read, or whose
    /// bundle is damaged, is none.
    pub(crate) fn open(state: &Path, server: &str) -> io::Result<Self> {
        let file = state.join("sessions.json");
        let kept: Vec<Kept> = match files::read(&file)? {
            None => Vec::new(),
            Some(text) => serde_json::from_slice(&text).unwrap_or_else(|_| {
                let file = file.display();
                tracing::error!(%file, "kept sessions cannot be read: everybody has to sign in again");
                Vec::new()
            }),
        };
        let mut all = BTreeMap::new();
        for kept in kept {
            if kept.server != server {
                tracing::warn!(
                    was = kept.server,
                    "a kept session is another server's and is left out"
                );
                continue;
            }
            match Session::try_from(kept) {
                Ok(session) => {
                    all.insert(session.uid, Arc::new(session));
                }
                Err(error) => tracing::error!(%error, "a kept session is left out"),
            }
        }
        Ok(Self {
            file,
            server: server.to_owned(),
            writing: Mutex::new(()),
            all: Mutex::new(all),
        })
    }

    /// Everybody.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.lock().values().cloned().collect()
    }

    /// Those by whom is decided: their session has not ended, and they belong
    /// where the administrator demands.
    pub(crate) fn counting(&self, demand: &Demand, at: Timestamp) -> Vec<Arc<Session>> {
        let all = self.lock();
        let counts = |session: &&Arc<Session>| {
            at < session.ends_at() && demand.is_met_by(session.organizations())
        };
        all.values().filter(counts).cloned().collect()
    }

    /// Takes somebody in, or what is new of them. Of two, what the server said
    /// later counts.
    pub(crate) fn put(&self, session: Session) {
        self.lock().insert(session.uid, Arc::new(session));
        self.keep();
    }

    /// Puts what is new in the place of a session, if that is still there:
    /// whoever has signed out meanwhile stays so.
    pub(crate) fn renew(&self, before: &Arc<Session>, session: Session) {
        {
            let mut all = self.lock();
            match all.get_mut(&before.uid) {
                Some(there) if Arc::ptr_eq(there, before) => *there = Arc::new(session),
                _ => return,
            }
        }
        self.keep();
    }

    /// Signs a user of the machine out, and says whether they were signed in.
    pub(crate) fn remove(&self, uid: u32) -> Option<Arc<Session>> {
        let removed = self.lock().remove(&uid);
        if removed.is_some() {
            self.keep();
        }
        removed
    }

    /// Drops a session that is worth nothing any more, if it is still there.
    pub(crate) fn drop_ended(&self, ended: &Arc<Session>, why: &str) {
        {
            let mut all = self.lock();
            if !all
                .get(&ended.uid)
                .is_some_and(|one| Arc::ptr_eq(one, ended))
            {
                return;
            }
            all.remove(&ended.uid);
        }
        tracing::info!(person = %ended.person(), why, "signed out on this machine");
        self.keep();
    }

    fn keep(&self) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.all();
        let kept: Vec<Kept> = all.iter().map(|one| one.keep(&self.server)).collect();
        let written = serde_json::to_vec(&kept)
            .map_err(io::Error::other)
            .and_then(|text| files::replace(&self.file, &text));
        if let Err(error) = written {
            let file = self.file.display();
            tracing::error!(%file, %error, "sessions cannot be kept: after a restart everybody has to sign in again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Session>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
