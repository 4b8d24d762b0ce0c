use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cargo::{root, target};

/// The commands that install what `e2e/requirements.txt` lists, below
/// `target/`, if it is not there yet.
pub(crate) fn install() -> Result<Vec<Command>, String> {
    let wanted = root().join("e2e/requirements.txt");
    let text = fs::read(&wanted)
        .map_err(|error| format!("{} cannot be read: {error}", wanted.display()))?;
    // Written last: it is there when all of it is.
    let installed = folder().join("installed.txt");
    if fs::read(&installed).is_ok_and(|there| there == text) {
        return Ok(Vec::new());
    }
    println!("      Python packages are installed once, into target/tools/python");
    let mut environment = Command::new("python3");
    environment.args(["-m", "venv", "--clear"]).arg(folder());
    let mut packages = Command::new(program("pip"));
    packages
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ])
        .arg("--requirement")
        .arg(&wanted);
    let mut done = Command::new("cp");
    done.arg(&wanted).arg(&installed);
    Ok(vec![environment, packages, done])
}

/// Where one of the programs is that come with them.
pub(crate) fn program(name: &str) -> PathBuf {
    folder().join("bin").join(name)
}

fn folder() -> PathBuf {
    target().join("tools/python")
}
