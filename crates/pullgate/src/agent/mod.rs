//! `pullgate agent`: the machine of somebody who pulls.

mod config;
mod notify;
mod run;
mod setup;
mod status;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use run::RunCommand;
use setup::SetupCommand;
use status::StatusCommand;

/// Have the Docker Engine of this machine bring in only what may be pulled (Linux)
///
/// The agent is asked by the Engine before each call: it is the Engine's
/// authorization plugin. Where the administrator demands a sign-in, nothing but
/// looking and stopping goes on until somebody of those organizations has run
/// pullgate login. From then on every image that is about to come in is decided
/// by the server, for whoever is signed in.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
First steps, as root:
  pullgate agent setup --server pullgate.acme.example          see it first
  pullgate agent setup --server pullgate.acme.example --apply  do it
  pullgate agent status                                        who is signed in")]
pub(crate) enum AgentCommand {
    Setup(SetupCommand),
    Status(StatusCommand),
    Run(RunCommand),
}

impl AgentCommand {
    /// Whether it goes on until it is ended.
    pub(crate) fn serves(&self) -> bool {
        matches!(self, Self::Run(_))
    }

    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Setup(command) => command.run().await,
            Self::Status(command) => command.run().await,
            Self::Run(command) => command.run().await,
        }
    }
}
