//! What a program on the machine says to the agent, and hears.
//!
//! One line of JSON each way on the agent's socket. Whose line it is, the
//! kernel says (`SO_PEERCRED`), on both ends: the agent knows for whom it keeps
//! a session, and a session is handed only to an agent of root's or of one's
//! own.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use pullgate_policy::{OrganizationName, Username};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Where the agent listens unless it is set otherwise.
pub const SOCKET: &str = "/run/pullgate-agent/agent.sock";

/// How long the agent may take to answer: it asks its server first.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest line, in bytes.
const LONGEST: u64 = 256 * 1024;

/// What is said to the agent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "say")]
pub enum Said {
    /// I have signed in; keep this session for me.
    SignIn {
        /// The server where I have.
        server: String,
        /// The session.
        token: String,
    },
    /// Forget my session.
    SignOut,
    /// Who is signed in on this machine?
    Status,
}

/// What the agent answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Heard {
    /// The session is kept.
    SignedIn(SignedIn),
    /// It is forgotten, if there was one.
    SignedOut,
    /// Who is signed in.
    Status(Status),
    /// It was not done.
    Problem {
        /// Why, and what to do next.
        message: String,
    },
}

/// Somebody who is signed in on this machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// The user of the machine.
    pub uid: u32,
    /// Who it is at the server.
    pub person: Username,
    /// Since when.
    pub since: Timestamp,
    /// Until when, if the session is not renewed.
    pub until: Timestamp,
    /// The organizations they belong to.
    pub organizations: Vec<OrganizationName>,
    /// Whether they are whom the administrator demands.
    pub counts: bool,
}

/// Who is signed in on this machine, and who has to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The server that the agent asks.
    pub server: String,
    /// The organizations of which somebody has to be signed in; none if nobody
    /// has to.
    pub demanded: Option<Vec<OrganizationName>>,
    /// Why the administrator's list cannot be used, if it cannot.
    pub unusable: Option<String>,
    /// Everybody who is signed in.
    pub people: Vec<SignedIn>,
    /// How many calls the Engine has asked about since the agent started.
    #[serde(default)]
    pub asked: u64,
}

/// Without the session.
impl std::fmt::Debug for Said {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::SignIn { .. } => "SignIn",
            Self::SignOut => "SignOut",
            Self::Status => "Status",
        })
    }
}

/// Where the agent of this machine listens, by the environment or by default.
pub fn socket() -> PathBuf {
    match std::env::var_os("PULLGATE_AGENT_SOCKET") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => PathBuf::from(SOCKET),
    }
}

/// Says something to the agent on this socket. None if there is no agent.
pub async fn say(socket: &Path, said: &Said) -> io::Result<Option<Heard>> {
    let stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let owner = stream.peer_cred()?.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other(
            "what listens there is another user's program and no agent",
        ));
    }
    let exchange = async {
        let mut stream = stream;
        write(&mut stream, said).await?;
        read(&mut stream).await
    };
    match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(heard) => heard.map(Some),
        Err(_) => Err(io::Error::other("the agent does not answer")),
    }
}

/// Writes one line.
pub(crate) async fn write(stream: &mut UnixStream, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

/// Reads one line.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(stream: &mut UnixStream) -> io::Result<T> {
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream.take(LONGEST));
    reader.read_until(b'\n', &mut line).await?;
    // What serde says could quote the session.
    serde_json::from_slice(&line).map_err(|_| io::Error::other("it says something else"))
}
