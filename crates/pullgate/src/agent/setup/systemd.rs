//! What systemd is told.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use pullgate_machine::Root;

use crate::failure::Failure;
use crate::output;

/// What starts the agent, also one whose settings have changed.
pub(super) const START: [&str; 3] = [
    "systemctl daemon-reload",
    "systemctl enable pullgate-agent.service",
    "systemctl restart pullgate-agent.service",
];

/// What has the Engine read its configuration anew, if it runs.
pub(super) const RELOAD: [&str; 1] = ["systemctl try-reload-or-restart docker.service"];

/// What ends the agent.
pub(super) const STOP: [&str; 1] = ["systemctl disable --now pullgate-agent.service"];

/// Whether there is somebody to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Systemd {
    /// It runs this machine.
    Here,
    /// It does not, or the machine is an image.
    Away,
}

impl Systemd {
    pub(super) fn of(root: &Root) -> Self {
        if root.is_this_machine() && Path::new("/run/systemd/system").is_dir() {
            Self::Here
        } else {
            Self::Away
        }
    }

    /// Has it do what somebody would type; nothing where it is not.
    pub(super) fn carry_out(self, commands: &[&str]) -> Result<(), Failure> {
        if self == Self::Away {
            return Ok(());
        }
        for typed in commands {
            let ended = run(typed)?;
            if !ended.success() {
                return Err(Failure::new(format!("{typed} has failed: {ended}")));
            }
        }
        Ok(())
    }
}

/// Says what is left to do where systemd is not.
pub(super) fn left(root: &Root, commands: &[&str]) {
    let why = if root.is_this_machine() {
        "systemd does not run here; what is left to do:"
    } else {
        "What is left to do on that machine:"
    };
    output::note(format!("{why}\n  {}", commands.join("\n  ")));
}

/// Whether the Engine runs. That it is not asked matters: asking it would
/// start it.
pub(super) fn engine_runs() -> Result<bool, Failure> {
    Ok(run("systemctl is-active --quiet docker.service")?.success())
}

fn run(typed: &str) -> Result<ExitStatus, Failure> {
    let mut words = typed.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(Stdio::null());
    Ok(command.status()?)
}
