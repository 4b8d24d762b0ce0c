use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use crate::outcome::{run, run_with_input};
use crate::{Client, Engine, Folder, Outcome, Person, Process, Shelter, Site, Store};

/// A Docker daemon of its own, with nothing in it.
#[derive(Debug)]
pub struct Dockerd {
    engine: Engine,
    api: String,
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
    /// Starts the machine's own, and waits until it answers.
    pub fn start() -> Arc<Self> {
        Self::start_with(Engine::Own, &[])
    }

    /// Starts one with more arguments.
    pub fn start_with(engine: Engine, arguments: &[String]) -> Arc<Self> {
        let folder = Folder::new("dockerd");
        let mut command = engine.dockerd(&folder, &folder.join("s"));
        command.args(arguments);
        let process = Process::start("dockerd", &command, Shelter::Namespaces, &folder);
        let mut daemon = Self {
            engine,
            api: String::new(),
            folder,
            process,
        };
        let mut asking = daemon.command("probe");
        asking.args(["version", "--format", "{{.Server.APIVersion}}"]);
        let mut api = String::new();
        daemon.process.wait_until("ready", || {
            let answer = run(&asking);
            answer.text().trim().clone_into(&mut api);
            answer.succeeded()
        });
        daemon.api = api;
        Arc::new(daemon)
    }

    /// Which it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The version of its API, `1.41`.
    pub fn api(&self) -> &str {
        &self.api
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

    /// Its own `docker` command, as somebody with a configuration folder of that name.
    pub fn command(&self, who: &str) -> Command {
        self.engine
            .docker(&self.folder.subfolder(who), &self.socket())
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
        match self.cli.daemon.engine.store() {
            Store::GraphDriver => "denied: ",
            Store::Containerd => "403 ",
        }
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
