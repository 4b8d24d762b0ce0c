use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A cargo command in the workspace, by the cargo that runs this.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The output goes to a file first.
    command
        .current_dir(root())
        .env("CARGO_TERM_COLOR", "never")
        .args(arguments);
    command
}

/// The release build of Pullgate.
pub(crate) fn pullgate() -> Command {
    let mut command = Command::new(target().join("release/pullgate"));
    command.current_dir(root());
    command
}

/// Tells a command which Pullgate it is about.
pub(crate) fn with_pullgate(mut command: Command) -> Command {
    command.env("PULLGATE_BIN", target().join("release/pullgate"));
    command
}
