//! What was decided without the server, until it has been told.
//!
//! One file for each person, one decision a line. It is told by whoever is
//! signed in as that person; until then it waits.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pullgate_control::EngineReport;
use pullgate_identity::Secret;
use pullgate_policy::Username;
use tokio::sync::Mutex;

use crate::files;
use crate::server::{AskError, Server};

/// How many are told at a time.
const CHUNK: usize = 100;

/// How long a person's file may become, in bytes: some hundred thousand
/// decisions.
const LONGEST: u64 = 32 * 1024 * 1024;

/// What was decided without the server.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    /// One at a time adds, or takes what there is.
    turn: Mutex<()>,
    /// One at a time tells, or it would be told twice.
    telling: Mutex<()>,
}

impl Spool {
    pub(crate) fn open(state: &Path) -> io::Result<Self> {
        let folder = state.join("reports");
        files::private_folder(&folder)?;
        Ok(Self {
            folder,
            turn: Mutex::new(()),
            telling: Mutex::new(()),
        })
    }

    /// Keeps a decision. What cannot be kept is told of in the log: the
    /// decision itself holds all the same.
    pub(crate) async fn add(&self, person: &Username, report: &EngineReport) {
        let _turn = self.turn.lock().await;
        if let Err(error) = append(&self.waiting(person), report) {
            tracing::error!(%error, %person, image = report.image, outcome = %report.outcome, "a decision that was made without the server cannot be kept");
        }
    }

    /// Tells the server what was decided for this person.
    pub(crate) async fn send(&self, person: &Username, token: &Secret, server: &Server) {
        if let Err(error) = self.try_send(person, token, server).await {
            tracing::warn!(%error, %person, "what was decided without the server cannot be told to it yet");
        }
    }

    async fn try_send(
        &self,
        person: &Username,
        token: &Secret,
        server: &Server,
    ) -> Result<(), AskError> {
        let _telling = self.telling.lock().await;
        let failed = |error: io::Error| AskError::Away(error.to_string());
        let sending = self.folder.join(format!("{person}.sending"));
        {
            let _turn = self.turn.lock().await;
            // What was being told when the server went away again comes first.
            if !sending.exists() {
                match std::fs::rename(self.waiting(person), &sending) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                    renamed => renamed.map_err(failed)?,
                }
            }
        }
        let text = files::read(&sending).map_err(failed)?.unwrap_or_default();
        let reports: Vec<EngineReport> = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .filter_map(|line| match serde_json::from_slice(line) {
                Ok(report) => Some(report),
                Err(error) => {
                    tracing::error!(%error, "a kept decision cannot be read and is skipped");
                    None
                }
            })
            .collect();
        let (mut left, mut at_once) = (reports.as_slice(), CHUNK);
        while let Some(chunk) = left.chunks(at_once).next() {
            match server.report(chunk.to_vec(), token).await {
                Ok(()) => {}
                // One among them may be the reason. It will not be taken,
                // however often it is told.
                Err(AskError::Refused(_)) if at_once > 1 => {
                    at_once = 1;
                    continue;
                }
                Err(AskError::Refused(why)) => {
                    tracing::error!(why, lost = ?chunk, "the server does not take a decision");
                }
                Err(error) => {
                    files::replace(&sending, &lines(left).map_err(failed)?).map_err(failed)?;
                    return Err(error);
                }
            }
            left = &left[chunk.len()..];
        }
        std::fs::remove_file(&sending).map_err(failed)
    }

    fn waiting(&self, person: &Username) -> PathBuf {
        self.folder.join(format!("{person}.waiting"))
    }
}

fn append(file: &Path, report: &EngineReport) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(file)?;
    if file.metadata()?.len() > LONGEST {
        return Err(io::Error::other("too many wait already"));
    }
    file.write_all(&lines(std::slice::from_ref(report))?)?;
    file.sync_data()
}

fn lines(reports: &[EngineReport]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for report in reports {
        serde_json::to_writer(&mut lines, report)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
