use std::path::PathBuf;
use std::process::Command;

use crate::containers::Containers;
use crate::outcome::run;
use crate::{Client, Configured, Outcome, Person, Site};

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
        self.pull_image(person, &format!("docker.io/{name}"))
    }

    fn understood(&self) -> &'static str {
        "denied: "
    }

    fn holds(&self, name: &str) -> String {
        self.image_holds(&format!("docker.io/{name}"))
    }
}

impl Configured for Podman {
    fn pull_image(&self, person: Option<&Person>, image: &str) -> Outcome {
        let mut command = self.command(person);
        command.arg("pull").arg(image);
        run(&command)
    }

    fn image_holds(&self, image: &str) -> String {
        let mut command = self.command(None);
        command.args(["image", "inspect", "--format"]);
        command.arg(r#"{{index .Labels "holds"}}"#);
        command.arg(image);
        run(&command).expect_success().trim().to_owned()
    }
}
