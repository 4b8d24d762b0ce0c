//! `pullgate agent setup`.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::{Args, ValueEnum};
use pullgate_agent::setup::{self, CA_FILE, DAEMON_BACKUP, DAEMON_FILE, SETTINGS_FILE, UNIT_FILE};

use crate::failure::Failure;
use crate::output;
use crate::remote::connections;

/// Print, make or take back what has to change on this machine
///
/// That is the agent's settings, a systemd unit, and the plugin in the Docker
/// Engine's daemon.json. Nothing is done without --apply or --undo.
///
/// Who has to be signed in is said by registry.json, which pullgate signin
/// installs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate agent setup --server pullgate.acme.example --ca acme-ca.pem
  pullgate agent setup --server pullgate.acme.example --allow build --apply
  pullgate agent setup --undo")]
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
    /// Make the changes, as root
    #[arg(long, conflicts_with = "undo")]
    apply: bool,
    /// Take them back, as root
    #[arg(long)]
    undo: bool,
    /// Make them below this folder, for an image of a machine; starts nothing
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// A call that can be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Opened {
    /// docker load
    Load,
    /// docker import and docker plugin create
    Import,
    /// docker build, whose FROM cannot be seen
    Build,
    /// docker commit
    Commit,
    /// docker swarm init and join
    Swarm,
    /// Running images that came from no registry
    MadeHere,
}

impl Opened {
    const ALL: [Self; 6] = [
        Self::Load,
        Self::Import,
        Self::Build,
        Self::Commit,
        Self::Swarm,
        Self::MadeHere,
    ];

    fn setting(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Import => "import",
            Self::Build => "build",
            Self::Commit => "commit",
            Self::Swarm => "swarm",
            Self::MadeHere => "made_here",
        }
    }
}

/// A file to be there, and who may read it.
struct Wanted {
    path: &'static str,
    text: String,
}

/// What an administrator types when it is not done for them.
const START: [&str; 3] = [
    "systemctl daemon-reload",
    "systemctl enable --now pullgate-agent.service",
    "systemctl reload docker.service",
];
const STOP: [&str; 3] = [
    "systemctl reload docker.service",
    "systemctl disable --now pullgate-agent.service",
    "systemctl daemon-reload",
];

impl SetupCommand {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        if self.undo {
            self.take_back()?;
            return Ok(ExitCode::SUCCESS);
        }
        let wanted = self.wanted()?;
        let before = self.read(DAEMON_FILE)?.unwrap_or_default();
        let daemon = setup::with_plugin(&before).map_err(|error| unusable(&error))?;
        if self.apply {
            self.make(&wanted, &before, daemon.as_deref())?;
            return Ok(ExitCode::SUCCESS);
        }
        for Wanted { path, text } in &wanted {
            output::say(format!("# {path}\n{}\n", text.trim_end()))?;
        }
        let daemon = daemon.unwrap_or(before);
        output::say(format!("# {DAEMON_FILE}\n{}\n", daemon.trim_end()))?;
        output::say(format!("# and then\n{}", START.join("\n")))?;
        output::note("Nothing was changed. --apply makes these changes, as root.");
        Ok(ExitCode::SUCCESS)
    }

    fn wanted(&self) -> Result<Vec<Wanted>, Failure> {
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
            text: self.settings(&server),
        });
        let program = std::env::current_exe()?;
        wanted.push(Wanted {
            path: UNIT_FILE,
            text: setup::unit(&program.display().to_string()),
        });
        Ok(wanted)
    }

    fn settings(&self, server: &str) -> String {
        let mut text = format!(
            "# Made by pullgate agent setup; docs/agent.md lists the settings.\nserver = \"{server}\"\n"
        );
        if self.ca.is_some() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "ca = \"{CA_FILE}\"");
        }
        text.push_str("\n# Ways in for content that cannot be checked.\n[calls]\n");
        for call in Opened::ALL {
            let leave = if self.allow.contains(&call) {
                "allowed"
            } else {
                "denied"
            };
            let _ = writeln!(text, "{} = \"{leave}\"", call.setting());
        }
        text
    }

    fn make(&self, wanted: &[Wanted], before: &str, daemon: Option<&str>) -> Result<(), Failure> {
        for Wanted { path, text } in wanted {
            self.write(path, text)?;
        }
        if let Some(daemon) = daemon {
            if !before.is_empty() {
                self.write(DAEMON_BACKUP, before)?;
            }
            self.write(DAEMON_FILE, daemon)?;
        }
        self.tell(&START)
    }

    fn take_back(&self) -> Result<(), Failure> {
        if let Some(now) = self.read(DAEMON_FILE)? {
            let without = setup::without_plugin(&now).map_err(|error| unusable(&error))?;
            let before = self.read(DAEMON_BACKUP)?;
            // Exactly as it was, unless somebody has changed it since.
            let made = before.as_deref().map(setup::with_plugin);
            match (before, made, without) {
                (Some(before), Some(Ok(Some(made))), Some(_)) if made == now => {
                    self.write(DAEMON_FILE, &before)?;
                }
                (_, _, Some(without)) if without.trim() == "{}" => self.remove(DAEMON_FILE)?,
                (_, _, Some(without)) => self.write(DAEMON_FILE, &without)?,
                (_, _, None) => {}
            }
        }
        // The Engine first: it denies everything while the agent is gone.
        self.tell(&STOP)?;
        for path in [DAEMON_BACKUP, UNIT_FILE, SETTINGS_FILE, CA_FILE] {
            self.remove(path)?;
        }
        Ok(())
    }

    /// Does what has to be done by systemd, or says what is left to do where
    /// there is none.
    fn tell(&self, commands: &[&str]) -> Result<(), Failure> {
        let runs = Path::new("/run/systemd/system").is_dir();
        if self.root.is_some() || !runs {
            let commands = commands.join("\n  ");
            output::note(format!(
                "systemd does not run here; what is left to do:\n  {commands}"
            ));
            return Ok(());
        }
        for typed in commands {
            let mut words = typed.split(' ');
            let program = words.next().unwrap_or_default();
            let ran = Command::new(program)
                .args(words)
                .stdin(Stdio::null())
                .status()?;
            if !ran.success() {
                return Err(Failure::new(format!("{typed} has failed: {ran}"))
                    .hint("the files are in place; mend that and run the command again"));
            }
        }
        Ok(())
    }

    fn place(&self, path: &str) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }

    fn read(&self, path: &str) -> Result<Option<String>, Failure> {
        match fs::read_to_string(self.place(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::new(format!("{path} cannot be read: {error}"))),
        }
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let place = self.place(path);
        write(&place, text).map_err(|error| {
            Failure::new(format!("{} cannot be written: {error}", place.display()))
                .hint("the changes are made by root: try sudo")
        })?;
        output::say(format!("wrote {}", place.display()))
    }

    fn remove(&self, path: &str) -> Result<(), Failure> {
        let place = self.place(path);
        match fs::remove_file(&place) {
            Ok(()) => output::say(format!("removed {}", place.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Failure::new(format!(
                "{} cannot be removed: {error}",
                place.display()
            ))
            .hint("the changes are made by root: try sudo")),
        }
    }
}

/// Puts a whole file in the place of the one so far, to be read by everybody:
/// none of them holds a secret.
fn write(place: &Path, text: &str) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("/"));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(folder)?;
    let temporary = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(temporary.path(), text)?;
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o644))?;
    temporary.as_file().sync_all()?;
    temporary.persist(place).map_err(|error| error.error)?;
    Ok(())
}

fn unusable(error: &setup::DaemonError) -> Failure {
    Failure::new(format!("{DAEMON_FILE} is left as it is: {error}"))
        .hint("mend it, and run this again")
}
