//! `pullgate agent run`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pullgate_agent::{Agent, StartError, setup};
use tokio::signal::unix::{SignalKind, signal};

use super::config::AgentConfig;
use super::notify;
use crate::config::read_toml;
use crate::failure::Failure;
use crate::remote::connections;

/// Answer the Docker Engine and the people of this machine, until ended
///
/// This is what the systemd unit runs, as root. Everything is set in a file;
/// docs/agent.md lists the settings.
#[derive(Debug, Args)]
pub(crate) struct RunCommand {
    /// The agent's file of settings
    #[arg(long, value_name = "FILE", default_value = setup::SETTINGS_FILE)]
    settings: PathBuf,
}

impl RunCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let config: AgentConfig = read_toml(
            &self.settings,
            "make it with pullgate agent setup, or name it with --settings",
        )?;
        let program = concat!("pullgate-agent/", env!("CARGO_PKG_VERSION"));
        let (server, client) = connections(&config.server, config.ca.as_deref(), program)?;
        let settings = config.settings(server);
        let (asked, answered) = (settings.server.clone(), settings.plugin_socket.clone());
        let agent = Agent::open(settings, client)?;
        let ready = move || {
            tracing::info!(server = asked, socket = %answered.display(), "the Engine can ask");
            if let Err(error) = notify::ready() {
                tracing::error!(%error, "systemd cannot be told that the Engine can ask");
            }
        };
        agent.run(ready, ended()?).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// When it is told to end.
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let failure = Self::new(error.to_string());
        match error {
            StartError::File { .. } => failure.hint("the agent runs as root"),
            StartError::Running(_) => failure.hint("end that one first"),
            StartError::Engine(_) => failure,
        }
    }
}
