use std::fs;
use std::path::PathBuf;

use crate::client::label_holds;
use crate::containers::Containers;
use crate::outcome::run;
use crate::{Client, Outcome, Person, Site};

/// `skopeo copy` into a folder.
#[derive(Debug)]
pub struct Skopeo {
    containers: Containers,
}

impl Skopeo {
    /// Copies through a site's gateway.
    pub fn new(site: &Site) -> Self {
        Self {
            containers: Containers::new("skopeo", site),
        }
    }

    fn copy_of(&self, name: &str) -> PathBuf {
        let name = name.replace(['/', ':', '@'], "-");
        self.containers.folder.subfolder(format!("copies/{name}"))
    }
}

impl Client for Skopeo {
    fn sign_in(&self, person: &Person) -> Outcome {
        self.containers.sign_in(person)
    }

    fn credentials(&self, person: &Person) -> Option<PathBuf> {
        Some(self.containers.credentials(person))
    }

    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome {
        let mut command = self.containers.command(person);
        command
            // skopeo 1.9 does not read CONTAINERS_REGISTRIES_CONF.
            .arg("--registries-conf")
            .arg(&self.containers.registries)
            .arg("copy")
            .arg(format!("docker://docker.io/{name}"))
            .arg(format!("dir:{}", self.copy_of(name).display()));
        run(&command)
    }

    fn understood(&self) -> &'static str {
        "denied: "
    }

    fn holds(&self, name: &str) -> String {
        let copy = self.copy_of(name);
        label_holds("manifest.json", &|digest| {
            let file = digest.trim_start_matches("sha256:");
            fs::read(copy.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
        })
    }
}
