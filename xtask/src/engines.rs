//! Docker Engines newer than the machine's own, from Debian's other suites.
//!
//! apt-get downloads them with a state of its own below `target/`, so that the
//! machine's sources and packages stay as they are; they are unpacked there
//! and not installed. Their programs run on the machine's own libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::target;

/// The suites, of which each has another Engine.
const SUITES: [&str; 2] = ["trixie", "forky"];

/// Its packages. The machine's own runc is used: it starts nothing for these
/// tests, and theirs needs newer libraries.
const PACKAGES: [&str; 4] = ["docker.io", "docker-cli", "docker-buildx", "containerd"];

/// Who signs Debian's suites; the machine's own package.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Downloads and unpacks; its arguments are the folder, Debian's address and
/// the suites.
const SCRIPT: &str = r#"
set -eu
folder=$1 address=$2
shift 2
trap 'test $? = 0 || printf "\n%s\n" "The Docker Engines of Debian $* could not be had from $address.
Once the network lets apt-get through, run:  cargo xtask packages --verbose"' EXIT
rm -rf "$folder/apt"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
: > "$folder/apt/status"
for suite; do
    echo "deb [signed-by=$KEYRING] $address $suite main"
done > "$folder/apt/sources.list"
get() {
    apt-get --quiet \
        -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" \
        -o Dir::Cache="$folder/apt" -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}
get update
for suite; do
    new=$folder/apt/$suite
    mkdir -p "$new" "$folder/apt/$suite.deb"
    cd "$folder/apt/$suite.deb"
    for package in $PACKAGES; do
        get download "$package/$suite"
    done
    for package in *.deb; do
        dpkg-deb -x "$package" "$new"
    done
    rm -rf "$folder/$suite"
    mv "$new" "$folder/$suite"
done
cd /
rm -rf "$folder/apt"
"#;

/// The commands that get what is missing.
///
/// # Errors
///
/// When something is missing and the machine's apt does not say where Debian
/// is.
pub(crate) fn install() -> Result<Vec<Command>, String> {
    let folder = folder();
    let is_missing = |suite: &&str| {
        let programs = ["usr/sbin/dockerd", "usr/bin/docker", "usr/bin/containerd"];
        let mut programs = programs.iter();
        !programs.all(|program| folder.join(suite).join(program).exists())
    };
    let missing: Vec<&str> = SUITES
        .iter()
        .copied()
        .filter(|suite| is_missing(suite))
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let why = format!(
        "the tests need the Docker Engines of Debian {}, and get them with apt-get",
        missing.join(" and ")
    );
    if !Path::new(KEYRING).exists() {
        return Err(format!(
            "{why}. Run this first:\n  apt-get install --no-install-recommends debian-archive-keyring"
        ));
    }
    let Some(address) = debian() else {
        return Err(format!(
            "{why}, and apt-get names no source of Debian packages here (apt-get update --print-uris)"
        ));
    };
    println!(
        "      Docker Engines of Debian {} are downloaded once, into target/tools/engines",
        missing.join(" and ")
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", SCRIPT, "sh"])
        .arg(&folder)
        .arg(address)
        .args(missing)
        .env("KEYRING", KEYRING)
        .env("PACKAGES", PACKAGES.join(" "))
        .env("LC_ALL", "C");
    Ok(vec![command])
}

/// Where they are, a folder for each suite.
pub(crate) fn folder() -> PathBuf {
    // apt-get wants it whole.
    let folder = target().join("tools/engines");
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Where the machine gets its own suite's packages from: one place has all
/// suites.
fn debian() -> Option<String> {
    let release = fs::read_to_string("/etc/os-release").ok()?;
    let own = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    let mut command = Command::new("apt-get");
    command.args(["update", "--print-uris"]);
    let printed = command.output().ok()?.stdout;
    let printed = String::from_utf8(printed).ok()?;
    // 'ADDRESS/dists/SUITE/InRelease' FILE SIZE
    let file = format!("/dists/{own}/InRelease'");
    printed.lines().find_map(|line| {
        let (address, _) = line.strip_prefix('\'')?.split_once(&file)?;
        Some(address.to_owned())
    })
}
