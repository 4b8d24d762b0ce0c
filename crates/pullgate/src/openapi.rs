//! `pullgate openapi`: the description of the API, for programs.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::output::ended_is_fine;

/// Print the description of the API: OpenAPI 3.1, as JSON
///
/// A running server gives the same at /openapi.json, and as a page to read at
/// /docs.
#[derive(Debug, Args)]
pub(crate) struct OpenapiCommand {}

impl OpenapiCommand {
    /// Prints it.
    pub(crate) fn run() -> Result<ExitCode, Failure> {
        let mut out = io::stdout().lock();
        let written = out.write_all(pullgate_control::openapi().as_bytes());
        ended_is_fine(written.and_then(|()| out.flush()))?;
        Ok(ExitCode::SUCCESS)
    }
}
