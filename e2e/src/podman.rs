use std::path::PathBuf;
use std::process::Command;

use crate::containers::Containers;
use crate::outcome::run;
use crate::{Client, Outcome, Person, Site};

/// `podman pull`, with storage of its own.
#[derive(Debug)]
pub struct Podman {
    containers: Containers,
}

impl Podman {
    /// Pulls through a site's gateway.
    pub fn new(site: &Site) -> Self {
        Self {
            containers: Containers::new("podman", site),
        }
    }

    fn command(&self, person: Option<&Person>) -> Command {
        let mut command = self.containers.command(person);
        self.containers.storage(&mut command);
        command
            .arg("--tmpdir")
            .arg(self.containers.folder.join("tmp"))
            .arg("--cgroup-manager=cgroupfs");
        command
    }
}

impl Client for Podman {
    fn sign_in(&self, person: &Person) -> Outcome {
        self.containers.sign_in(person)
    }

    fn credentials(&self, person: &Person) -> Option<PathBuf> {
        Some(self.containers.credentials(person))
    }

    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome {
        let mut command = self.command(person);
        command.arg("pull").arg(format!("docker.io/{name}"));
        run(&command)
    }

    fn understood(&self) -> &'static str {
        "denied: "
    }

    fn holds(&self, name: &str) -> String {
        let mut command = self.command(None);
        command.args(["image", "inspect", "--format"]);
        command.arg(r#"{{index .Labels "holds"}}"#);
        command.arg(format!("docker.io/{name}"));
        run(&command).expect_success().trim().to_owned()
    }
}
