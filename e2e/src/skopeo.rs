use std::fs;
use std::path::PathBuf;

use crate::client::label_holds;
use crate::containers::Containers;
use crate::outcome::run;
use crate::{Client, Configured, Outcome, Person, Site};

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

    fn copy_of(&self, image: &str) -> PathBuf {
        let name = image.replace(['/', ':', '@'], "-");
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
        self.pull_image(person, &format!("docker.io/{name}"))
    }

    fn understood(&self) -> &'static str {
        "denied: "
    }

    fn holds(&self, name: &str) -> String {
        self.image_holds(&format!("docker.io/{name}"))
    }
}

impl Configured for Skopeo {
    fn pull_image(&self, person: Option<&Person>, image: &str) -> Outcome {
        let mut command = self.containers.command(person);
        command
            // skopeo 1.9 does not read CONTAINERS_REGISTRIES_CONF.
            .arg("--registries-conf")
            .arg(&self.containers.registries)
            .arg("copy")
            .arg(format!("docker://{image}"))
            .arg(format!("dir:{}", self.copy_of(image).display()));
        run(&command)
    }

    fn image_holds(&self, image: &str) -> String {
        let copy = self.copy_of(image);
        label_holds("manifest.json", &|digest| {
            let file = digest.trim_start_matches("sha256:");
            fs::read(copy.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
        })
    }
}
