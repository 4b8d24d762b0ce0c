use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::client::label_holds;
use crate::outcome::run;
use crate::tool::needs_root;
use crate::{Client, Configured, Folder, Outcome, Person, Process, Shelter, Site, tool};

/// containerd with a `hosts.toml` for each of the site's registries, which
/// sends everything to the gateway (`?ns=docker.io`) and names no other
/// server, so that nothing is tried elsewhere after a denial.
///
/// `ctr` stores no credentials; it gets them with every pull.
#[derive(Debug)]
pub struct Containerd {
    folder: Folder,
    namespace: String,
    process: Process,
}

impl Containerd {
    /// Starts one of its own for a site.
    pub fn start(site: &Site) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        needs_root("containerd");
        let folder = Folder::new("containerd");
        let config = folder.write(
            "config.toml",
            format!(
                "version = 2\n\
                 root = '{root}/root'\n\
                 state = '{root}/state'\n\
                 disabled_plugins = ['io.containerd.grpc.v1.cri']\n\
                 [grpc]\n  address = '{root}/s'\n\
                 [ttrpc]\n  address = '{root}/t'\n",
                root = folder.path().display()
            ),
        );
        for registry in &site.registries {
            folder.subfolder(format!("hosts/{registry}"));
            // containerd 1.6 calls a file without a host table invalid, and
            // then goes to the registry itself; an empty table is enough.
            folder.write(
                format!("hosts/{registry}/hosts.toml"),
                format!("server = \"http://{}\"\n\n[host]\n", site.gateway.address()),
            );
        }
        let process = Process::start(
            "containerd",
            Command::new(tool("containerd", "containerd"))
                .arg("-c")
                .arg(config),
            Shelter::Namespaces,
            &folder,
        );
        let containerd = Self {
            folder,
            namespace: format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
            process,
        };
        containerd
            .process
            .wait_until("ready", || run(containerd.ctr().arg("version")).succeeded());
        containerd
    }

    fn ctr(&self) -> Command {
        let mut command = Command::new(tool("ctr", "containerd"));
        command
            .arg("--address")
            .arg(self.folder.join("s"))
            .args(["--namespace", &self.namespace]);
        command
    }
}

impl Client for Containerd {
    fn sign_in(&self, person: &Person) -> Outcome {
        // There is no command for it; a pull that needs no more than being
        // somebody says whether the secret is good.
        self.pull(Some(person), "acme/app:1")
    }

    fn credentials(&self, _: &Person) -> Option<PathBuf> {
        None
    }

    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome {
        self.pull_image(person, &format!("docker.io/{name}"))
    }

    fn understood(&self) -> &'static str {
        "403 "
    }

    fn holds(&self, name: &str) -> String {
        self.image_holds(&format!("docker.io/{name}"))
    }
}

impl Configured for Containerd {
    fn pull_image(&self, person: Option<&Person>, image: &str) -> Outcome {
        let mut command = self.ctr();
        command
            .args(["images", "pull", "--snapshotter", "native", "--hosts-dir"])
            .arg(self.folder.join("hosts"));
        if let Some(person) = person {
            command
                .arg("--user")
                .arg(format!("{}:{}", person.username, person.secret));
        }
        command.arg(image);
        run(&command)
    }

    fn image_holds(&self, image: &str) -> String {
        let mut list = self.ctr();
        list.args(["images", "list", &format!("name=={image}")]);
        let list = run(&list).expect_success().to_owned();
        let digest = list
            .split_whitespace()
            .find(|word| word.starts_with("sha256:"))
            .unwrap_or_else(|| panic!("{image} is not listed:\n{list}"));
        label_holds(digest, &|digest| {
            let mut get = self.ctr();
            get.args(["content", "get", digest]);
            run(&get).expect_success().as_bytes().to_vec()
        })
    }
}
