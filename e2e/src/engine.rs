use std::env;
use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool::needs_root;
use crate::{Folder, tool};

/// A Docker Engine with its own command, by the suite of Debian's that has it.
///
/// The newer ones are not installed: `cargo xtask packages` unpacks them below
/// `target/`, and they run on this machine's libraries and runc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The machine's own: 20.10 in bookworm.
    Own,
    /// Trixie's, 26.1.
    Trixie,
    /// Forky's, 28.5.
    Forky,
    /// Forky's, which keeps images in containerd's store, as new
    /// installations from 29 on do.
    ForkyContainerd,
}

/// How an Engine keeps images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// With a graph driver of its own.
    GraphDriver,
    /// In containerd's store.
    Containerd,
}

/// Makes a test of each story on each of these Engines. A story is a function
/// that takes the [`Engine`](crate::Engine).
#[macro_export]
macro_rules! on_engines {
    ($($story:ident: $($name:ident $engine:ident),+;)+) => {
        $(
            mod $story {
                $(
                    #[test]
                    fn $name() {
                        super::$story($crate::Engine::$engine);
                    }
                )+
            }
        )+
    };
}

impl Engine {
    /// How it keeps images.
    pub fn store(self) -> Store {
        match self {
            Self::Own | Self::Trixie | Self::Forky => Store::GraphDriver,
            Self::ForkyContainerd => Store::Containerd,
        }
    }

    /// The suite whose packages are unpacked; none for the machine's own.
    fn suite(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::Trixie => Some("trixie"),
            Self::Forky | Self::ForkyContainerd => Some("forky"),
        }
    }

    /// `dockerd`, which keeps all that it has in a folder and listens on a
    /// socket.
    ///
    /// Images are kept with the driver that works on every file system; how
    /// layers are kept makes no difference to how they are asked for.
    pub(crate) fn dockerd(self, folder: &Folder, socket: &Path) -> Command {
        needs_root("dockerd");
        tool("runc", "runc");
        let mut command = Command::new(self.program("usr/sbin", "dockerd", "docker.io"));
        self.program("usr/bin", "containerd", "containerd");
        for (option, name) in [
            ("--data-root", "data"),
            ("--exec-root", "exec"),
            ("--pidfile", "pid"),
        ] {
            command.arg(option).arg(folder.join(name));
        }
        command
            .arg("--host")
            .arg(format!("unix://{}", socket.display()))
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .env("PATH", self.path());
        match self.store() {
            Store::GraphDriver => command.arg("--storage-driver=vfs"),
            Store::Containerd => command.args([
                "--storage-driver=native",
                "--feature=containerd-snapshotter=true",
            ]),
        };
        command
    }

    /// `docker`, of somebody who keeps its settings in that folder, talking to
    /// that socket.
    pub(crate) fn docker(self, settings: &Path, socket: &Path) -> Command {
        let mut command = Command::new(self.program("usr/bin", "docker", "docker.io"));
        command
            .env("DOCKER_HOST", format!("unix://{}", socket.display()))
            .env("DOCKER_CONFIG", settings);
        if let Some(suite) = self.suite() {
            // Newer commands build with a program of its own.
            let buildx = unpacked(suite).join("usr/libexec/docker/cli-plugins/docker-buildx");
            let plugins = settings.join("cli-plugins");
            std::fs::create_dir_all(&plugins).expect("the folder can be made");
            // It may be there already.
            let _ = symlink(buildx, plugins.join("docker-buildx"));
        }
        command
    }

    /// Where this Engine's programs are before the machine's.
    fn path(self) -> OsString {
        let own = "/usr/sbin:/usr/bin:/sbin:/bin";
        match self.suite() {
            None => own.into(),
            Some(suite) => {
                let root = unpacked(suite);
                let mut path = root.join("usr/sbin").into_os_string();
                path.push(":");
                path.push(root.join("usr/bin"));
                path.push(":");
                path.push(own);
                path
            }
        }
    }

    fn program(self, folder: &str, name: &str, package: &str) -> PathBuf {
        match self.suite() {
            None => tool(name, package),
            Some(suite) => {
                let program = unpacked(suite).join(folder).join(name);
                assert!(
                    program.is_file(),
                    "{} is missing, and this test runs the real one. \
                     `cargo xtask packages` gets it.",
                    program.display()
                );
                program
            }
        }
    }
}

/// The folder of a suite's programs.
fn unpacked(suite: &str) -> PathBuf {
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/engines");
    let folder = env::var_os("PULLGATE_ENGINES").map_or_else(here, PathBuf::from);
    folder.join(suite)
}
