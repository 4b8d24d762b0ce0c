use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::options::Options;

/// Where the programs are, and which versions they have.
pub(crate) struct Programs {
    pub(crate) pullgate: PathBuf,
    pub(crate) nginx: PathBuf,
    pub(crate) docker_registry: PathBuf,
    pub(crate) wrk: PathBuf,
    pub(crate) versions: Versions,
}

/// What was measured, as the programs call themselves.
#[derive(Clone, Debug)]
pub(crate) struct Versions {
    pub(crate) pullgate: String,
    pub(crate) nginx: String,
    pub(crate) docker_registry: String,
    pub(crate) wrk: String,
}

impl Programs {
    /// Finds all of them, or says how to get them.
    pub(crate) fn find(options: &Options) -> Result<Self, Failure> {
        let pullgate = match &options.pullgate {
            Some(path) => path.clone(),
            None => std::env::current_exe()
                .map_err(Failure::system("find this program"))?
                .with_file_name("pullgate"),
        };
        let mut missing = Vec::new();
        let mut find = |name: &'static str, package: &'static str| {
            on_path(name).unwrap_or_else(|| {
                missing.push((name, package));
                PathBuf::new()
            })
        };
        let nginx = find("nginx", "nginx-light");
        let docker_registry = find("docker-registry", "docker-registry");
        let wrk = find("wrk", "wrk");
        find("setpriv", "util-linux");
        if !missing.is_empty() {
            let (programs, packages): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
            return Err(Failure::Missing {
                programs: programs.join(", "),
                packages: packages.join(" "),
            });
        }
        if !pullgate.is_file() {
            return Err(Failure::NoPullgate(pullgate));
        }
        let versions = Versions {
            pullgate: version(&pullgate, "--version"),
            nginx: version(&nginx, "-v"),
            docker_registry: version(&docker_registry, "--version"),
            wrk: version(&wrk, "-v"),
        };
        Ok(Self {
            pullgate,
            nginx,
            docker_registry,
            wrk,
            versions,
        })
    }
}

impl Versions {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({
            "pullgate": self.pullgate,
            "nginx": self.nginx,
            "docker_registry": self.docker_registry,
            "wrk": self.wrk,
        })
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Debian keeps servers here, and not everybody's PATH has it.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The first word of what a program says of itself that begins with a number.
fn version(program: &Path, argument: &str) -> String {
    // wrk ends with a failure after it has said it.
    let said = Command::new(program).arg(argument).output();
    let text = said.map_or_else(
        |_| String::new(),
        |output| {
            let out = String::from_utf8_lossy(&output.stdout).into_owned();
            out + &String::from_utf8_lossy(&output.stderr)
        },
    );
    text.split([' ', '/', '\n'])
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()) && word.contains('.'))
        .unwrap_or("of an unknown version")
        .to_owned()
}
