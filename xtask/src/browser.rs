use std::path::PathBuf;
use std::process::Command;

use crate::cargo::{root, with_pullgate};

/// The commands that try the console in a real browser.
#[allow(
    clippy::unnecessary_wraps,
    reason = "a step's code may fail, and this one cannot"
)]
pub(crate) fn test() -> Result<Vec<Command>, String> {
    let mut test = Command::new("node");
    test.args(["--test", "--test-reporter=tap"])
        .current_dir(folder());
    Ok(vec![install(), with_pullgate(test)])
}

/// The commands that take pictures of every page, into `docs/screenshots`.
#[allow(
    clippy::unnecessary_wraps,
    reason = "a step's code may fail, and this one cannot"
)]
pub(crate) fn screenshots() -> Result<Vec<Command>, String> {
    let mut take = Command::new("node");
    take.arg("screenshots.mjs")
        .arg(root().join("docs/screenshots"))
        .current_dir(folder());
    Ok(vec![install(), with_pullgate(take)])
}

/// What the lock file names, and nothing else. Runs no code of a package.
fn install() -> Command {
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder());
    install
}

fn folder() -> PathBuf {
    root().join("e2e/browser")
}
