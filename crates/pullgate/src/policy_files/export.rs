//! `pullgate export`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use pullgate_admin::{Caller, Exceptions};
use pullgate_policy::OrganizationName;

use super::Place;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::ended_is_fine;
use crate::remote;

/// Print an organization's policy as a file
///
/// Reads the database if it is here, else the server that pullgate login has
/// signed in to. The file is always in the same order, so that what changes
/// between two of them is what has changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate export acme > acme.yaml
  pullgate export acme | pullgate apply -f - --dry-run    # nothing would change")]
pub(crate) struct ExportCommand {
    /// The organization
    #[arg(value_name = "ORG")]
    organization: OrganizationName,
    /// With its exceptions; a file that has them is all there is of them
    ///
    /// They are left out unless this is given: they are short-lived, and where
    /// owners make them in the console, applying a file must not end them.
    #[arg(long)]
    with_exceptions: bool,
}

impl ExportCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let exceptions = if self.with_exceptions {
            Exceptions::Included
        } else {
            Exceptions::LeftOut
        };
        let text = match Place::find(config).await? {
            Place::Here(parts) => {
                let admin = parts.admin(config);
                let exported = admin
                    .export_policy(&Caller::CommandLine, &self.organization, exceptions)
                    .await?;
                exported.file.to_yaml()
            }
            Place::There(session) => {
                remote::export_policy(&session, &self.organization, exceptions).await?
            }
        };
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes());
        ended_is_fine(written.and_then(|()| out.flush()))?;
        Ok(ExitCode::SUCCESS)
    }
}
