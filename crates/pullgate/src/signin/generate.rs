//! `pullgate signin generate`.

use std::process::ExitCode;

use clap::Args;
use pullgate_signin::{Artifact, Form, Platform, artifacts};

use super::{OrganizationsArg, PlatformName};
use crate::failure::Failure;
use crate::output;

/// Print the file, script or profile that makes people sign in
///
/// The text goes to standard output; where it belongs and who may change it
/// there is said on standard error. Without --form it is the form that counts
/// most on that platform.
#[derive(Debug, Args)]
#[command(after_help = "\
Forms, the place that counts most first:
  windows  reg-powershell, reg, powershell, registry-json
  macos    mobileconfig, plist, shell, registry-json
  linux    shell, registry-json

Examples:
  pullgate signin generate --org acme --for windows > acme.ps1
  pullgate signin generate --org acme --org acme-labs --for macos --form plist
  pullgate signin generate --org acme --for linux | ssh root@laptop sh")]
pub(crate) struct GenerateCommand {
    #[command(flatten)]
    organizations: OrganizationsArg,
    /// What Docker runs on: windows, macos or linux
    #[arg(
        long = "for",
        value_enum,
        value_name = "PLATFORM",
        hide_possible_values = true
    )]
    platform: PlatformName,
    /// Which of the platform's forms; see below
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,
}

impl GenerateCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let platform = Platform::from(self.platform);
        let all = artifacts(platform, &self.organizations.read()?);
        let artifact = pick(platform, all, self.form)?;
        output::say(artifact.text.trim_end_matches('\n'))?;
        let (form, platform) = (artifact.form.name(), platform.name());
        let permissions = artifact.permissions;
        for sentence in [
            &format!("{form}, for {platform}: {}", artifact.path),
            &format!("Who may change it: {permissions}."),
            artifact.how,
        ] {
            output::note_paragraph(sentence);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn pick(platform: Platform, all: Vec<Artifact>, form: Option<Form>) -> Result<Artifact, Failure> {
    let forms: Vec<&str> = all.iter().map(|each| each.form.as_str()).collect();
    let hint = format!("use one of {}", forms.join(", "));
    let mut all = all.into_iter();
    let found = match form {
        None => all.next(),
        Some(form) => all.find(|artifact| artifact.form == form),
    };
    found.ok_or_else(|| {
        let form = form.map_or("that", Form::as_str);
        let platform = platform.name();
        Failure::usage(format!("{platform} has no form {form}")).hint(hint)
    })
}
