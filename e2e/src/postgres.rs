use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::run;
use crate::tool::needs_root;
use crate::{Folder, Process, Shelter, free_port};

/// A PostgreSQL server of its own, on a loopback port.
///
/// PostgreSQL refuses to run as root, so it runs as Debian's user `postgres`.
#[derive(Debug)]
pub struct Postgres {
    folder: Folder,
    port: u16,
    process: Process,
}

impl Postgres {
    /// Makes an empty database and serves it.
    pub fn start() -> Self {
        needs_root("PostgreSQL as another user");
        let folder = Folder::new("postgres");
        let data = folder.subfolder("data");
        run(Command::new("chown")
            .arg("-R")
            .arg("postgres")
            .arg(folder.path()))
        .expect_success();
        run(as_postgres("initdb")
            .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--pgdata"])
            .arg(&data))
        .expect_success();
        let port = free_port();
        let process = serve(&folder, port);
        let postgres = Self {
            folder,
            port,
            process,
        };
        postgres.wait();
        postgres
    }

    /// Its address, for Pullgate's configuration.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Takes it away, with every connection to it.
    pub fn stop(&self) {
        self.process.kill();
    }

    /// Brings it back with what it held.
    pub fn start_again(&mut self) {
        self.process = serve(&self.folder, self.port);
        self.wait();
    }

    /// Asks it something, and gives what it says as text.
    #[track_caller]
    pub fn query(&self, text: &str) -> String {
        let asked = run(Command::new(program("psql"))
            .args(["--no-psqlrc", "--tuples-only", "--no-align"])
            .args(["--host=127.0.0.1", "--username=postgres", "--quiet"])
            .arg(format!("--port={}", self.port))
            .args(["--set=ON_ERROR_STOP=1", "--command", text, "postgres"]));
        asked.expect_success().trim().to_owned()
    }

    fn wait(&self) {
        self.process.wait_until("ready", || {
            run(Command::new(program("pg_isready"))
                .args(["--host=127.0.0.1", &format!("--port={}", self.port)]))
            .succeeded()
        });
    }
}

fn serve(folder: &Folder, port: u16) -> Process {
    // The server that was killed has left it.
    let _ = std::fs::remove_file(folder.join("data/postmaster.pid"));
    let server = as_postgres("postgres");
    // A shell stays root and waits beside the server: a program that becomes
    // another user loses its parent-death signal, and would outlive a test.
    let mut command = Command::new("sh");
    command
        .args(["-c", "\"$@\" & wait", "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string(), "-h", "127.0.0.1"])
        .arg("-k")
        .arg(folder.path())
        .args(["-c", "fsync=off"])
        .current_dir("/tmp");
    Process::start("postgres", &command, Shelter::Namespaces, folder)
}

fn as_postgres(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program(name))
        .current_dir("/tmp");
    command
}

/// Debian keeps each version's programs in a folder of its own.
fn program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| {
        panic!(
            "{name} is missing, and this test runs the real one. \
             Install it: apt-get install --no-install-recommends postgresql"
        )
    })
}
