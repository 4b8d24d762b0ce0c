use std::path::PathBuf;
use std::process::Command;

use crate::cargo::{cargo, root, target};

/// One version for everybody, since its rules and its configuration change.
const VERSION: &str = "0.20.2";

/// The commands that check `deny.toml`, after those that install cargo-deny
/// below `target/` if it is not there yet.
#[allow(
    clippy::unnecessary_wraps,
    reason = "a step's code may fail, and this one cannot"
)]
pub(crate) fn check() -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    if !is_installed() {
        println!(
            "      cargo-deny {VERSION} is built once, into target/tools; this takes a minute or two"
        );
        let mut install = cargo(&[
            "install",
            "--locked",
            // It runs for a moment, and optimising it would take longer.
            "--debug",
            "--no-default-features",
            "--version",
            VERSION,
        ]);
        install
            .arg("--root")
            .arg(folder())
            .arg("--target-dir")
            .arg(target().join("tools-build"))
            .arg("cargo-deny");
        commands.push(install);
    }
    let mut check = Command::new(program());
    check
        .current_dir(root())
        .args([
            "--workspace",
            "--all-features",
            "--locked",
            "check",
            "--hide-inclusion-graph",
        ])
        .args(["bans", "licenses", "sources"]);
    commands.push(check);
    Ok(commands)
}

fn is_installed() -> bool {
    Command::new(program())
        .arg("--version")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(VERSION))
}

fn folder() -> PathBuf {
    target().join("tools")
}

fn program() -> PathBuf {
    folder().join("bin/cargo-deny")
}
