//! Programs in Python with the packages of `requirements.txt`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::outcome::run_with_input;

/// Where one of the packages' programs is.
pub(crate) fn program(name: &str) -> PathBuf {
    let schemathesis = std::env::var_os("PULLGATE_SCHEMATHESIS").map(PathBuf::from);
    let folder = schemathesis.and_then(|program| Some(program.parent()?.to_owned()));
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/tools/python/bin");
    let program = folder.unwrap_or_else(here).join(name);
    assert!(
        program.is_file(),
        "{name} is missing, and this test runs the real one. `cargo xtask python` installs it."
    );
    program
}

/// Runs a script that reads JSON and prints JSON.
///
/// # Panics
///
/// If it ends with an error.
pub fn python(script: &str, input: &Value) -> Value {
    let mut command = Command::new(program("python"));
    command.args(["-c", script]);
    run_with_input(&command, &input.to_string()).expect_json()
}
