//! `pullgate signin`: making people sign in before they use Docker.

mod generate;
mod install;
mod status;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pullgate_policy::OrganizationName;
use pullgate_signin::{Organizations, Platform};

use crate::failure::Failure;

/// Make people sign in before they use Docker, and check that it holds
///
/// A file on a machine, registry.json, names organizations. With it, nobody
/// uses Docker Desktop until they have signed in as a member of one of them;
/// with Pullgate's agent, the same is true of the Docker Engine on Linux.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  pullgate signin generate --org acme --for macos > acme.mobileconfig
  sudo pullgate signin install --org acme
  pullgate signin verify
  pullgate signin status")]
pub(crate) enum SigninCommand {
    Generate(generate::GenerateCommand),
    Install(install::InstallCommand),
    Verify(verify::VerifyCommand),
    Remove(install::RemoveCommand),
    Status(status::StatusCommand),
}

impl SigninCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Generate(command) => command.run(),
            Self::Install(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Remove(command) => command.run(),
            Self::Status(command) => command.run().await,
        }
    }
}

/// A platform, as people type it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum PlatformName {
    Windows,
    #[value(alias = "mac")]
    Macos,
    Linux,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Windows => Self::Windows,
            PlatformName::Macos => Self::Mac,
            PlatformName::Linux => Self::Linux,
        }
    }
}

/// The organizations that are meant.
#[derive(Debug, Args)]
struct OrganizationsArg {
    /// An organization whose members may use Docker; may be repeated
    #[arg(long = "org", value_name = "ORG", required = true)]
    organizations: Vec<OrganizationName>,
}

impl OrganizationsArg {
    fn read(&self) -> Result<Organizations, Failure> {
        let names = self.organizations.iter().map(OrganizationName::as_str);
        Organizations::read(names).map_err(|error| Failure::usage(error.to_string()))
    }

    /// The option as it was typed.
    fn typed(&self) -> String {
        let names = self.organizations.iter();
        names
            .map(|name| format!("--org {name}"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
