//! `pullgate signin install` and `pullgate signin remove`.

use std::process::ExitCode;

use clap::Args;
use pullgate_machine::sign_in::{self, Verdict};
use pullgate_machine::{Owner, Removed};
use pullgate_signin::LINUX_FILE;

use super::OrganizationsArg;
use crate::failure::{Exit, Failure};
use crate::machine::MachineArg;
use crate::output;

/// Make people of this Linux machine sign in
///
/// Writes registry.json, whole or not at all, owned by root and for everybody
/// to read, into folders that only root can write. Follows no links. Then
/// checks it as verify does. Needs root.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sudo pullgate signin install --org acme
  sudo pullgate signin install --org acme --org acme-labs --root /mnt/image")]
pub(crate) struct InstallCommand {
    #[command(flatten)]
    organizations: OrganizationsArg,
    #[command(flatten)]
    machine: MachineArg,
}

/// Let people of this Linux machine use Docker without a sign-in again
///
/// Removes registry.json, and its folders if nothing else is in them. Needs
/// root.
#[derive(Debug, Args)]
pub(crate) struct RemoveCommand {
    #[command(flatten)]
    machine: MachineArg,
}

impl InstallCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let organizations = self.organizations.read()?;
        let typed = self.organizations.typed();
        let again = format!("pullgate signin install {typed}");
        let root = self.machine.open_to_change(&again)?;
        sign_in::install(&root, &organizations, Owner::ROOT)?;
        let file = root.shown(LINUX_FILE);
        let names: Vec<&str> = organizations.names().collect();
        output::paragraph(&format!(
            "Wrote {file}: people have to sign in as members of {}. Docker Desktop looks at its \
             next start; Pullgate's agent looks by itself.",
            names.join(", ")
        ))?;
        let report = sign_in::verify(&root, Owner::ROOT)?;
        if report.verdict == Verdict::Enforced {
            return Ok(ExitCode::SUCCESS);
        }
        for problem in report.problems() {
            output::note(format!("{}: {}", problem.path, problem.what));
            output::note(format!("  hint: {}", problem.mend));
        }
        Ok(Exit::No.into())
    }
}

impl RemoveCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let root = self.machine.open_to_change("pullgate signin remove")?;
        let file = root.shown(LINUX_FILE);
        output::say(match sign_in::remove(&root)? {
            Removed::Gone => format!("Removed {file}: nobody has to sign in any more."),
            Removed::NotThere => format!("There is no {file}; nothing was changed."),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
