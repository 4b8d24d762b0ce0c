//! `pullgate schema`.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pullgate_admin::{FileKind, file_schema};

use crate::failure::Failure;
use crate::output;

/// Print what a file may hold: a JSON schema, for editors and other programs
///
/// Draft 2020-12. The program itself is stricter: whether something is the
/// name of an image only it knows.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pullgate schema policy > policy.schema.json
  pullgate schema cases > cases.schema.json")]
pub(crate) struct SchemaCommand {
    /// The kind of file: policy, as export prints it, or cases, for policy test
    #[arg(value_enum, value_name = "policy|cases", hide_possible_values = true)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Policy,
    Cases,
}

impl SchemaCommand {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        output::json(&file_schema(match self.kind {
            Kind::Policy => FileKind::Policy,
            Kind::Cases => FileKind::Cases,
        }))?;
        Ok(ExitCode::SUCCESS)
    }
}
