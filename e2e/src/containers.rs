use std::path::PathBuf;
use std::process::Command;

use crate::outcome::run_with_input;
use crate::{Folder, Outcome, Person, Site, tool};

/// What podman, buildah and skopeo have in common: one library, one
/// configuration that sends everything of the site's registries to the gateway
/// (`location`, which unlike a mirror has no fallback), and one place for
/// credentials that is named by `REGISTRY_AUTH_FILE`.
#[derive(Debug)]
pub(crate) struct Containers {
    pub(crate) folder: Folder,
    pub(crate) registries: PathBuf,
    gateway: String,
    name: &'static str,
}

impl Containers {
    pub(crate) fn new(name: &'static str, site: &Site) -> Self {
        let folder = Folder::new(name);
        let gateway = site.gateway.address();
        let tables: Vec<String> = site
            .registries
            .iter()
            .map(|registry| {
                format!(
                    "[[registry]]\n\
                     prefix = \"{registry}\"\n\
                     location = \"{gateway}/{registry}\"\n\
                     insecure = true\n"
                )
            })
            .collect();
        let registries = folder.write("registries.conf", tables.join("\n"));
        Self {
            folder,
            registries,
            gateway,
            name,
        }
    }

    /// The program, as somebody with a home and credentials of their own.
    pub(crate) fn command(&self, person: Option<&Person>) -> Command {
        let home = self
            .folder
            .subfolder(person.map_or("stranger", |person| &person.home));
        let auth = home.join("auth.json");
        if !auth.exists() {
            std::fs::write(&auth, "{}").expect("the file can be written");
        }
        let mut command = Command::new(tool(self.name, self.name));
        command
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &home)
            .env("REGISTRY_AUTH_FILE", auth)
            .env("CONTAINERS_REGISTRIES_CONF", &self.registries);
        command
    }

    /// Storage of its own. `vfs` works on every file system.
    pub(crate) fn storage(&self, command: &mut Command) {
        command
            .arg("--root")
            .arg(self.folder.join("root"))
            .arg("--runroot")
            .arg(self.folder.join("run"))
            .arg("--storage-driver=vfs");
    }

    pub(crate) fn sign_in(&self, person: &Person) -> Outcome {
        let mut command = self.command(Some(person));
        command
            .args(["login", "--tls-verify=false", "--password-stdin"])
            .args(["--username", &person.username, &self.gateway]);
        run_with_input(&command, &person.secret)
    }

    pub(crate) fn credentials(&self, person: &Person) -> PathBuf {
        self.folder.join(&person.home).join("auth.json")
    }
}
