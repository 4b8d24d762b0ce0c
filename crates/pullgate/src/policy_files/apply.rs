//! `pullgate apply`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pullgate_admin::{Caller, Effect, Expected, PolicyFile};
use pullgate_control::PolicyChange;

use super::{Place, misread, text_of};
use crate::admin::Site;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, one_line};
use crate::remote;

/// Make an organization's policy to be as a file says
///
/// All of it or nothing, on the database if it is here, else on the server
/// that pullgate login has signed in to. There it takes an owner's password or
/// an access token of theirs with the scope repo:admin; for a dry run any of
/// their tokens will do. A section that the file has is all there is of it; one
/// that it leaves out stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate apply -f acme.yaml --dry-run
  pullgate apply -f acme.yaml
  pullgate apply -f acme.yaml --if-state 1f0c3a5b7d9e-4b1d8f2a6c3e

pullgate schema policy prints what a file may hold, for editors.")]
pub(crate) struct ApplyCommand {
    /// The file; - is standard input
    #[arg(long, short, value_name = "FILE")]
    file: PathBuf,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Only if the policy is still as it was when a dry run said so
    #[arg(long, value_name = "STATE")]
    if_state: Option<String>,
}

impl ApplyCommand {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let text = text_of(&self.file)?;
        let file = PolicyFile::read(&text).map_err(|error| misread(&self.file, &error))?;
        let change = match Place::find(config).await? {
            Place::Here(parts) => {
                let expected = match &self.if_state {
                    Some(state) => Expected::OneOf(vec![state.clone()]),
                    None => Expected::Anything,
                };
                let effect = if self.dry_run {
                    Effect::Tried
                } else {
                    Effect::Kept
                };
                let caller = Caller::CommandLine;
                let applied = parts
                    .admin(config)
                    .apply_policy(&caller, &file.organization, &file, &expected, effect)
                    .await?;
                if effect == Effect::Kept {
                    Site::over(parts.store.clone(), config).tell_server().await;
                }
                PolicyChange {
                    dry_run: self.dry_run,
                    differences: applied.differences,
                    state: applied.state,
                }
            }
            Place::There(session) => {
                let organization = &file.organization;
                let state = self.if_state.as_deref();
                remote::apply_policy(&session, organization, &text, self.dry_run, state).await?
            }
        };
        self.tell(&file, &change)?;
        Ok(ExitCode::SUCCESS)
    }

    fn tell(&self, file: &PolicyFile, change: &PolicyChange) -> Result<(), Failure> {
        let organization = &file.organization;
        if change.differences.is_empty() {
            return output::say(if self.dry_run {
                format!("The policy of {organization} is so already; nothing would be changed.")
            } else {
                format!("The policy of {organization} is so already; nothing was changed.")
            });
        }
        output::say(if self.dry_run {
            format!("This would change the policy of {organization}:")
        } else {
            format!("Changed the policy of {organization}:")
        })?;
        for line in &change.differences {
            output::say(format!("  {}", one_line(line)))?;
        }
        if self.dry_run {
            output::note(format!(
                "To change exactly that, and nothing if somebody else is faster: \
                 pullgate apply -f {} --if-state {}",
                self.file.display(),
                change.state
            ));
        }
        Ok(())
    }
}
