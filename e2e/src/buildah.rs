use std::path::PathBuf;
use std::process::Command;

use crate::containers::Containers;
use crate::outcome::run;
use crate::{Client, Configured, Folder, Outcome, Person, Site};

/// `buildah build` of a file that begins with the image, with storage of its own.
#[derive(Debug)]
pub struct Buildah {
    containers: Containers,
}

impl Buildah {
    /// Builds from images that come through a site's gateway.
    pub fn new(site: &Site) -> Self {
        Self {
            containers: Containers::new("buildah", site),
        }
    }

    fn command(&self, person: Option<&Person>) -> Command {
        let mut command = self.containers.command(person);
        self.containers.storage(&mut command);
        command
            .arg("--registries-conf")
            .arg(&self.containers.registries);
        command
    }
}

impl Client for Buildah {
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

impl Configured for Buildah {
    fn pull_image(&self, person: Option<&Person>, image: &str) -> Outcome {
        let context = Folder::new("build");
        let file = context.write("Containerfile", format!("FROM {image}\nLABEL built=yes\n"));
        let mut command = self.command(person);
        command
            .args(["build", "--isolation=chroot", "--pull-always", "--tag"])
            .arg(built(image))
            .arg("--file")
            .arg(file)
            .arg(context.path());
        run(&command)
    }

    fn image_holds(&self, image: &str) -> String {
        let mut command = self.command(None);
        command.args(["inspect", "--type=image", "--format"]);
        command.arg(r#"{{index .OCIv1.Config.Labels "holds"}}"#);
        command.arg(built(image));
        run(&command).expect_success().trim().to_owned()
    }
}

fn built(image: &str) -> String {
    format!("localhost/built/{}:1", image.replace([':', '@'], "-"))
}
