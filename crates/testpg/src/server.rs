use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::programs::Programs;

/// How long a server may take to start before something is wrong.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the server until it ends or until this shell is told to end it; told
/// with `USR1` it leaves the data for the next start, else it removes them.
const SHELL: &str = r#"
data=$1
shift
finish() { [ -z "$!" ] || { kill "-$1" "$!"; wait "$!"; }; }
trap 'finish QUIT; rm -rf "$data"; exit 0' TERM INT HUP
trap 'finish INT; exit 0' USR1
"$@" &
wait "$!"
exit 1
"#;

/// A PostgreSQL server. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    data: PathBuf,
    port: u16,
    running: Mutex<Option<Child>>,
    databases: AtomicU32,
}

impl Server {
    /// The server that all tests of this process share.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL or it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A server of one's own.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL or it does not start.
    pub fn start() -> Self {
        let programs = Programs::find();
        let data = match new_data_folder(&programs) {
            Ok(data) => data,
            Err(cause) => panic!("no folder for PostgreSQL's data: {cause}"),
        };
        let arguments = [
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--pgdata",
        ];
        let mut arguments: Vec<_> = arguments.map(Path::new).into();
        arguments.push(&data);
        let made = programs.run("initdb", &arguments);
        assert!(made.status.success(), "initdb: {made:?}");
        let mut server = Self {
            programs,
            data,
            port: 0,
            running: Mutex::new(None),
            databases: AtomicU32::new(0),
        };
        // Between choosing a free port and listening on it somebody else may
        // take it.
        for _ in 0..3 {
            server.port = free_port();
            if server.launch() {
                return server;
            }
        }
        panic!("PostgreSQL does not start: {}", server.log())
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    ///
    /// If the server does not run.
    pub fn create_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let port = self.port.to_string();
        let made = self.programs.run(
            "createdb",
            &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", &name],
        );
        assert!(made.status.success(), "createdb: {made:?}");
        format!("postgres://postgres@127.0.0.1:{port}/{name}")
    }

    /// Stops the server, and with it all connections. Its data stay.
    ///
    /// # Panics
    ///
    /// If it cannot be told to stop.
    pub fn stop(&self) {
        if let Some(shell) = self.running().take() {
            end(shell, "-USR1");
        }
    }

    /// Starts a server that was stopped, at the same port with the same data.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_again(&self) {
        assert!(self.launch(), "PostgreSQL does not start: {}", self.log());
    }

    fn running(&self) -> MutexGuard<'_, Option<Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the server and waits until it answers; whether it does.
    fn launch(&self) -> bool {
        let mut running = self.running();
        let mut shell = self.spawn();
        let deadline = Instant::now() + PATIENCE;
        let port = self.port.to_string();
        while Instant::now() < deadline {
            if !matches!(shell.try_wait(), Ok(None)) {
                return false;
            }
            let asked = ["-q", "-h", "127.0.0.1", "-p", &port, "-U", "postgres"];
            if self.programs.run("pg_isready", &asked).status.success() {
                *running = Some(shell);
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        end(shell, "-USR1");
        false
    }

    fn spawn(&self) -> Child {
        let mut command = self.programs.command(&["--pdeathsig=TERM"], "sh");
        command
            .args(["-c", SHELL, "sh"])
            .arg(&self.data)
            .arg(self.programs.path("postgres"))
            .arg("-D")
            .arg(&self.data)
            .args(["-p", &self.port.to_string()])
            .args(["-h", "127.0.0.1", "-k"])
            .arg(&self.data)
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .args(["-c", "max_connections=200"])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        match fs::File::create(self.log_file()) {
            Ok(log) => command.stderr(log),
            Err(_) => command.stderr(Stdio::null()),
        };
        match spawn_for_the_process(command) {
            Ok(shell) => shell,
            Err(cause) => panic!("PostgreSQL does not start: {cause}"),
        }
    }

    fn log_file(&self) -> PathBuf {
        self.data.join("test.log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        match self.running().take() {
            Some(shell) => end(shell, "-TERM"),
            None => drop(fs::remove_dir_all(&self.data)),
        }
    }
}

/// Tells a shell to end, and waits until it has.
fn end(mut shell: Child, signal: &str) {
    let id = shell.id().to_string();
    let told = Command::new("kill").args([signal, &id]).status();
    assert!(told.is_ok_and(|status| status.success()), "kill {id}");
    drop(shell.wait());
}

fn new_data_folder(programs: &Programs) -> io::Result<PathBuf> {
    let data = tempfile::Builder::new()
        .prefix("pullgate-postgres-")
        .tempdir()?
        .keep();
    programs.give(&data)?;
    Ok(data)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0");
    match listener.and_then(|listener| listener.local_addr()) {
        Ok(address) => address.port(),
        Err(cause) => panic!("no free port: {cause}"),
    }
}

/// Starts a process from a thread that lives as long as this process. The
/// kernel takes the thread for the parent, and the threads of tests end early.
fn spawn_for_the_process(mut command: Command) -> io::Result<Child> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        drop(sender.send(command.spawn()));
        loop {
            thread::park();
        }
    });
    receiver.recv().map_err(io::Error::other)?
}
