use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use crate::outcome::{run, run_with_input};
use crate::tool::needs_root;
use crate::{Client, Folder, Outcome, Person, Process, Shelter, Site, tool};

/// A Docker daemon of its own, with nothing in it.
///
/// It keeps images with the `vfs` driver, which works on every file system;
/// how images are kept makes no difference to how they are asked for.
#[derive(Debug)]
pub struct Dockerd {
    folder: Folder,
    process: Process,
}

/// `docker pull`.
///
/// The daemon's image store has no mirror setting without fallback, so people
/// name the gateway: `docker pull GATEWAY/library/nginx`.
#[derive(Debug)]
pub struct DockerPull {
    cli: Cli,
}

/// `docker build` of a Dockerfile that begins with the image.
#[derive(Debug)]
pub struct DockerBuild {
    cli: Cli,
    builder: Builder,
}

/// Which builder of the daemon builds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Builder {
    /// The one before BuildKit.
    Classic,
    /// BuildKit inside the daemon.
    BuildKit,
}

impl Dockerd {
    /// Starts it, and waits until it answers.
    pub fn start() -> Arc<Self> {
        Self::start_with(&[])
    }

    /// Starts it with more arguments.
    pub fn start_with(arguments: &[String]) -> Arc<Self> {
        needs_root("dockerd");
        tool("containerd", "containerd");
        tool("runc", "runc");
        let folder = Folder::new("dockerd");
        let mut command = Command::new(tool("dockerd", "docker.io"));
        command
            .arg("--data-root")
            .arg(folder.join("data"))
            .arg("--exec-root")
            .arg(folder.join("exec"))
            .arg("--pidfile")
            .arg(folder.join("pid"))
            .arg("--host")
            .arg(format!("unix://{}", folder.join("s").display()))
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .arg("--storage-driver=vfs")
            .args(arguments)
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        let process = Process::start("dockerd", &command, Shelter::Namespaces, &folder);
        let daemon = Self { folder, process };
        daemon.process.wait_until("ready", || {
            run(daemon.command("probe").arg("version")).succeeded()
        });
        Arc::new(daemon)
    }

    /// Its folder: data, socket and log.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("s")
    }

    /// The running daemon.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Debian's `docker` command, as somebody with a configuration folder of that name.
    pub fn command(&self, who: &str) -> Command {
        let mut command = Command::new(tool("docker", "docker.io"));
        command
            .env(
                "DOCKER_HOST",
                format!("unix://{}", self.folder.join("s").display()),
            )
            .env("DOCKER_CONFIG", self.folder.subfolder(who));
        command
    }
}

/// What pulling and building have in common: who is signed in where.
#[derive(Debug)]
struct Cli {
    daemon: Arc<Dockerd>,
    gateway: String,
}

impl Cli {
    fn command(&self, person: Option<&Person>) -> Command {
        self.daemon
            .command(person.map_or("stranger", |person| &person.home))
    }

    fn sign_in(&self, person: &Person) -> Outcome {
        let mut command = self.command(Some(person));
        command
            .args(["login", "--username", &person.username, "--password-stdin"])
            .arg(&self.gateway);
        run_with_input(&command, &person.secret)
    }

    fn credentials(&self, person: &Person) -> PathBuf {
        self.daemon.folder.join(&person.home).join("config.json")
    }

    fn label(&self, image: &str) -> String {
        let mut command = self.command(None);
        command.args(["image", "inspect", "--format"]);
        command
            .arg(r#"{{index .Config.Labels "holds"}}"#)
            .arg(image);
        run(&command).expect_success().trim().to_owned()
    }
}

impl DockerPull {
    /// Pulls through a site's gateway.
    pub fn new(daemon: &Arc<Dockerd>, site: &Site) -> Self {
        Self {
            cli: Cli {
                daemon: Arc::clone(daemon),
                gateway: site.gateway.address(),
            },
        }
    }
}

impl Client for DockerPull {
    fn sign_in(&self, person: &Person) -> Outcome {
        self.cli.sign_in(person)
    }

    fn credentials(&self, person: &Person) -> Option<PathBuf> {
        Some(self.cli.credentials(person))
    }

    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome {
        let mut command = self.cli.command(person);
        command
            .arg("pull")
            .arg(format!("{}/{name}", self.cli.gateway));
        run(&command)
    }

    fn understood(&self) -> &'static str {
        "denied: "
    }

    fn holds(&self, name: &str) -> String {
        self.cli.label(&format!("{}/{name}", self.cli.gateway))
    }
}

impl DockerBuild {
    /// Builds from images that come through a site's gateway.
    pub fn new(daemon: &Arc<Dockerd>, site: &Site, builder: Builder) -> Self {
        Self {
            cli: Cli {
                daemon: Arc::clone(daemon),
                gateway: site.gateway.address(),
            },
            builder,
        }
    }

    fn built(&self, name: &str) -> String {
        let builder = match self.builder {
            Builder::Classic => "classic",
            Builder::BuildKit => "buildkit",
        };
        format!("built-{builder}/{}:1", name.replace([':', '@'], "-"))
    }
}

impl Client for DockerBuild {
    fn sign_in(&self, person: &Person) -> Outcome {
        self.cli.sign_in(person)
    }

    fn credentials(&self, person: &Person) -> Option<PathBuf> {
        Some(self.cli.credentials(person))
    }

    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome {
        let context = Folder::new("build");
        context.write(
            "Dockerfile",
            format!("FROM {}/{name}\nLABEL built=yes\n", self.cli.gateway),
        );
        let mut command = self.cli.command(person);
        // --pull: the daemon asks for the image even if it holds one of that name.
        command.args([
            "build",
            "--pull",
            "--network=none",
            "--tag",
            &self.built(name),
        ]);
        match self.builder {
            Builder::Classic => command.env("DOCKER_BUILDKIT", "0"),
            Builder::BuildKit => command.env("DOCKER_BUILDKIT", "1").arg("--progress=plain"),
        };
        command.arg(context.path());
        run(&command)
    }

    fn understood(&self) -> &'static str {
        match self.builder {
            Builder::Classic => "denied: ",
            Builder::BuildKit => "403 ",
        }
    }

    fn holds(&self, name: &str) -> String {
        self.cli.label(&self.built(name))
    }
}
