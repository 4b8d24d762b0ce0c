//! `pullgate agent setup`.

mod change;
mod daemon;
mod engine;
mod opened;
mod settings;
mod systemd;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pullgate_agent::setup::{self, CA_FILE, DAEMON_FILE, ProgramError, SETTINGS_FILE, UNIT_FILE};

use crate::failure::Failure;
use crate::machine::MachineArg;
use crate::output;
use crate::remote::connections;
use daemon::Daemon;
use opened::Opened;

/// Print, make or take back what has to change on this machine
///
/// That is the agent's settings, a systemd unit, and the plugin in the Docker
/// Engine's daemon.json. Nothing is done without --apply or --undo.
///
/// --apply starts the agent, has the Engine read daemon.json anew and waits
/// until it asks. --undo leaves the machine as it was.
///
/// Who has to be signed in is said by registry.json, which pullgate signin
/// installs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate agent setup --server pullgate.acme.example --ca acme-ca.pem
  pullgate agent setup --server pullgate.acme.example --allow build --apply
  pullgate agent setup --undo
  pullgate agent setup --server pullgate.acme.example --apply \\
    --root /mnt/image --program /usr/local/bin/pullgate")]
pub(crate) struct SetupCommand {
    /// The server's control address
    #[arg(long, required_unless_present = "undo")]
    server: Option<String>,
    /// The certificate of the authority that signed the server's, if it is your own; PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Calls to leave open that bring content in which cannot be checked
    #[arg(long, value_name = "CALLS", value_delimiter = ',')]
    allow: Vec<Opened>,
    /// Where pullgate is on the machine, if not where this one is
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Make the changes, as root
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Take them back, as root
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    machine: MachineArg,
}

/// A file to be there, for everybody to read: none of them holds a secret.
struct Wanted {
    path: &'static str,
    text: String,
}

impl SetupCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        if self.undo {
            let root = self.machine.open_to_change("pullgate agent setup --undo")?;
            change::take_back(&root).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let program = self.program()?;
        let wanted = self.wanted(&program)?;
        if self.apply {
            let again = "pullgate agent setup … --apply";
            let root = self.machine.open_to_change(again)?;
            change::is_roots_alone(&root, &program)?;
            change::make(&root, &wanted).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let daemon = Daemon::read(&self.machine.open()?)?;
        for Wanted { path, text } in &wanted {
            output::say(format!("# {path}\n{}\n", text.trim_end()))?;
        }
        let text = daemon.with_plugin()?;
        let text = text.as_deref().unwrap_or(daemon.text());
        output::say(format!("# {DAEMON_FILE}\n{}\n", text.trim_end()))?;
        let commands = [&systemd::START[..], &systemd::RELOAD].concat();
        output::say(format!("# and then\n{}", commands.join("\n")))?;
        output::note("Nothing was changed. --apply makes these changes, as root.");
        Ok(ExitCode::SUCCESS)
    }

    fn program(&self) -> Result<String, Failure> {
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        Ok(program.display().to_string())
    }

    fn wanted(&self, program: &str) -> Result<Vec<Wanted>, Failure> {
        let typed = self.server.as_deref().unwrap_or_default();
        // Refuses what is no address, and a file that is no certificate.
        let (server, _) = connections(typed, self.ca.as_deref(), "pullgate")?;
        let mut wanted = Vec::new();
        if let Some(ca) = &self.ca {
            let text = fs::read_to_string(ca)?;
            wanted.push(Wanted {
                path: CA_FILE,
                text,
            });
        }
        wanted.push(Wanted {
            path: SETTINGS_FILE,
            text: settings::made(&server, self.ca.is_some(), &self.allow),
        });
        wanted.push(Wanted {
            path: UNIT_FILE,
            text: setup::unit(program).map_err(|error| elsewhere(&error))?,
        });
        Ok(wanted)
    }
}

fn elsewhere(error: &ProgramError) -> Failure {
    Failure::usage(format!("the agent cannot run from there: {error}")).hint(
        "copy the program to /usr/local/bin and run it from there, or name its place with --program",
    )
}
