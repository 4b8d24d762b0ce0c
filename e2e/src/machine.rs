use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::run;
use crate::tool::needs_root;
use crate::{Engine, Folder, Outcome, Process, Shelter, pullgate, tool};

/// A developer's machine: the configurations of docker, containerd and podman
/// as Debian's packages leave them, in a folder that is its `/`.
///
/// Programs that run [inside](Machine::inside) of it find these in `/etc`, so
/// that what is tried is what `pullgate client-config --apply` wrote there.
#[derive(Debug)]
pub struct Machine {
    folder: Folder,
}

/// The folders of `/etc` that a machine has of its own.
const OWN: [&str; 3] = ["containerd", "containers", "docker"];

/// Puts the machine's folders where programs look, for the program alone: it
/// runs in a mount namespace.
const ENTER: &str = r#"
root=$1
shift
for name in containerd containers docker; do
    mount --bind "$root/etc/$name" "/etc/$name" || exit
done
exec "$@"
"#;

impl Machine {
    /// A machine on which nobody has configured anything.
    pub fn new() -> Self {
        needs_root("a machine of its own");
        let folder = Folder::new("machine");
        folder.subfolder("etc");
        for name in OWN {
            let real = Path::new("/etc").join(name);
            assert!(
                real.is_dir() || name == "docker",
                "{} is missing: it comes with Debian's packages",
                real.display()
            );
            // dockerd makes its folder when it starts for the first time.
            std::fs::create_dir_all(&real).expect("the folder can be made");
            let mut copy = Command::new("cp");
            copy.arg("-a").arg(real).arg(folder.join("etc"));
            run(&copy).expect_success();
        }
        folder.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        folder.write("etc/group", "root:x:0:\n");
        Self { folder }
    }

    /// Where a path of the machine really is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path.trim_start_matches('/'))
    }

    /// A file of the machine.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file of the machine, and the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let real = self.path(path);
        let folder = real.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("the folders can be made");
        std::fs::write(&real, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Runs Pullgate on the machine from outside, as on an image.
    pub fn pullgate(&self, arguments: &[&str]) -> Outcome {
        let mut command = pullgate();
        command
            .args(arguments)
            .arg("--root")
            .arg(self.folder.path())
            .env("HOME", self.folder.path());
        run(&command)
    }

    /// The same command, as it runs on the machine.
    pub fn inside(&self, command: &Command) -> Command {
        let mut entering = Command::new("unshare");
        entering
            .args(["--mount", "--"])
            .args(self.entering(command));
        carry_environment(command, &mut entering);
        entering
    }

    /// Starts a daemon on the machine, in namespaces of its own.
    pub fn start(&self, name: &str, command: &Command) -> Process {
        let mut words = self.entering(command).into_iter();
        let mut entering = Command::new(words.next().unwrap_or_default());
        entering.args(words);
        carry_environment(command, &mut entering);
        Process::start(name, &entering, Shelter::Namespaces, &self.folder)
    }

    /// Starts the machine's dockerd, and waits until it answers.
    pub fn start_dockerd(&self, environment: &[(String, String)]) -> Process {
        self.start_engine(Engine::Own, environment)
    }

    /// Starts another dockerd instead, and waits until it answers.
    pub fn start_engine(&self, engine: Engine, environment: &[(String, String)]) -> Process {
        let mut command = engine.dockerd(&self.folder, &self.docker_socket());
        command.envs(environment.iter().cloned());
        let process = self.start("dockerd", &command);
        process.wait_until("ready", || {
            run(self.docker("probe").arg("version")).succeeded()
        });
        process
    }

    /// Where the machine's dockerd listens.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.docker_socket().display())
    }

    fn docker_socket(&self) -> PathBuf {
        self.folder.join("d")
    }

    /// Debian's `docker`, talking to the machine's dockerd, as somebody.
    pub fn docker(&self, who: &str) -> Command {
        self.docker_of(Engine::Own, who)
    }

    /// An Engine's own `docker`, talking to the machine's dockerd, as somebody.
    pub fn docker_of(&self, engine: Engine, who: &str) -> Command {
        let settings = self.folder.subfolder(format!("home-{who}"));
        engine.docker(&settings, &self.docker_socket())
    }

    /// Starts the machine's containerd, and waits until it answers.
    pub fn start_containerd(&self) -> Process {
        let root = self.folder.path().display();
        let config = self.folder.write(
            "containerd.toml",
            format!(
                "version = 2\nroot = '{root}/c-root'\nstate = '{root}/c-state'\n\
                 disabled_plugins = ['io.containerd.grpc.v1.cri']\n\
                 [grpc]\n  address = '{root}/c'\n[ttrpc]\n  address = '{root}/t'\n"
            ),
        );
        let mut command = Command::new(tool("containerd", "containerd"));
        command.arg("-c").arg(config);
        let process = self.start("containerd", &command);
        process.wait_until("ready", || run(self.ctr().arg("version")).succeeded());
        process
    }

    /// Where the machine's containerd listens.
    pub fn containerd_address(&self) -> PathBuf {
        self.folder.join("c")
    }

    /// `ctr`, talking to the machine's containerd.
    pub fn ctr(&self) -> Command {
        let mut command = Command::new(tool("ctr", "containerd"));
        command
            .env("CONTAINERD_ADDRESS", self.containerd_address())
            .env("CONTAINERD_SNAPSHOTTER", "native");
        command
    }

    /// What podman, buildah and skopeo need to keep all they keep on the
    /// machine, and nothing else.
    pub fn containers_environment(&self) -> Vec<(OsString, OsString)> {
        let root = self.folder.path().display();
        let storage = self.folder.write(
            "storage.conf",
            format!(
                "[storage]\ndriver = 'vfs'\ngraphroot = '{root}/p-root'\nrunroot = '{root}/p-run'\n"
            ),
        );
        let home = self.folder.subfolder("home");
        let auth = home.join("auth.json");
        if !auth.exists() {
            std::fs::write(&auth, "{}").expect("the file can be written");
        }
        vec![
            ("CONTAINERS_STORAGE_CONF".into(), storage.into()),
            ("REGISTRY_AUTH_FILE".into(), auth.into()),
            ("XDG_RUNTIME_DIR".into(), home.clone().into()),
            ("HOME".into(), home.into()),
        ]
    }

    fn entering(&self, command: &Command) -> Vec<OsString> {
        let begin: [&OsStr; 5] = [
            "sh".as_ref(),
            "-c".as_ref(),
            ENTER.as_ref(),
            "sh".as_ref(),
            self.folder.path().as_os_str(),
        ];
        let words = begin.into_iter().chain([command.get_program()]);
        let words = words.chain(command.get_args());
        words.map(OsStr::to_owned).collect()
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

fn carry_environment(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}
