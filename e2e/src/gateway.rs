use std::fmt::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::{Outcome, run, run_with_input};
use crate::{Account, Folder, Process, Shelter, free_port};

/// A running `pullgate serve`, and its commands for administration.
#[derive(Debug)]
pub struct Gateway {
    folder: Folder,
    config: PathBuf,
    log: Option<String>,
    port: u16,
    operations: u16,
    control: u16,
    process: Process,
}

/// What a gateway is configured with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where Docker Hub's namespace API is.
    pub hub: String,
    /// How long after a failure it is asked again.
    pub hub_retry_after: String,
    /// Registries, and where the gateway finds them.
    pub upstreams: Vec<(String, String)>,
    /// Organizations' own accounts at them.
    pub accounts: Vec<Account>,
    /// A PostgreSQL database instead of SQLite in the data folder.
    pub database: Option<String>,
    /// More lines before the first table.
    pub top: String,
    /// More lines of the table `[gateway]`.
    pub gateway: String,
    /// More lines of the table `[control]`.
    pub control: String,
    /// More lines of each table `[[upstreams]]`.
    pub upstream: String,
    /// More tables.
    pub tables: String,
    /// What is logged (`PULLGATE_LOG`), if not the usual.
    pub log: Option<String>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            hub: String::new(),
            // Tests end outages and want to see what comes next.
            hub_retry_after: "1s".to_owned(),
            upstreams: Vec::new(),
            accounts: Vec::new(),
            database: None,
            top: String::new(),
            gateway: String::new(),
            control: String::new(),
            upstream: String::new(),
            tables: String::new(),
            log: None,
        }
    }
}

impl Gateway {
    /// Writes the configuration, starts the server and waits until it answers.
    pub fn start(setting: &Setting) -> Self {
        let folder = Folder::new("pullgate");
        let (port, control, operations) = (free_port(), free_port(), free_port());
        let database = match &setting.database {
            Some(url) => format!("database = '{url}'\n"),
            None => String::new(),
        };
        let mut config = format!(
            "data = '{}'\npublic_url = 'http://127.0.0.1:{control}'\n{database}{}\n\
             [gateway]\nlisten = '127.0.0.1:{port}'\n{}\n\n\
             [control]\nlisten = '127.0.0.1:{control}'\n{}\n\n\
             [operations]\nlisten = '127.0.0.1:{operations}'\n\n\
             [hub]\nurl = '{}'\nretry_after = '{}'\n\n{}\n",
            folder.join("data").display(),
            setting.top,
            setting.gateway,
            setting.control,
            setting.hub,
            setting.hub_retry_after,
            setting.tables,
        );
        for (registry, url) in &setting.upstreams {
            // Writing to a String cannot fail.
            let _ = write!(
                config,
                "\n[[upstreams]]\nregistry = '{registry}'\nurl = '{url}'\n{}\n",
                setting.upstream
            );
        }
        for (number, account) in setting.accounts.iter().enumerate() {
            let secret = folder.write(format!("account-{number}"), &account.password);
            let _ = write!(
                config,
                "\n[[organization_accounts]]\norganization = '{}'\nregistry = '{}'\n\
                 username = '{}'\npassword_file = '{}'\n",
                account.organization,
                account.registry,
                account.username,
                secret.display()
            );
        }
        let config = folder.write("pullgate.toml", config);
        let log = setting.log.clone();
        let process = serve(&config, &folder, log.as_deref());
        let gateway = Self {
            folder,
            config,
            log,
            port,
            operations,
            control,
            process,
        };
        gateway.wait();
        gateway
    }

    /// `127.0.0.1:PORT`, as people name the gateway in an image's name.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port that container clients talk to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of `/metrics`, `/healthz` and `/readyz`.
    pub fn operations(&self) -> u16 {
        self.operations
    }

    /// The port of the API for people and tools.
    pub fn control(&self) -> u16 {
        self.control
    }

    /// The address that links in messages begin with.
    pub fn public_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.control)
    }

    /// The value of a metric, or none if there is no such.
    pub fn metric(&self, name: &str) -> Option<u64> {
        let answer = crate::wire::ask("GET", "/metrics").to(self.operations);
        let text = answer.text();
        let named = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
        text.lines().find_map(named)
    }

    /// Its folder: configuration, data and log.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The running server.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Replaces text of the configuration, which holds from the next start on.
    #[track_caller]
    pub fn reconfigure(&self, before: &str, after: &str) {
        let text = std::fs::read_to_string(&self.config).expect("the configuration can be read");
        assert!(text.contains(before), "{before} is not in {text}");
        self.folder
            .write("pullgate.toml", text.replace(before, after));
    }

    /// Ends the server and starts it again on the same data.
    pub fn restart(&mut self) {
        self.process.stop();
        self.process = serve(&self.config, &self.folder, self.log.as_deref());
        self.wait();
    }

    /// Runs a command for administration on this server's configuration.
    pub fn command(&self, arguments: &[&str]) -> Outcome {
        run(&self.prepared(arguments))
    }

    /// As [`Gateway::command`], with something on standard input.
    pub fn command_with_input(&self, arguments: &[&str], input: &str) -> Outcome {
        run_with_input(&self.prepared(arguments), input)
    }

    fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = pullgate();
        command.arg("--config").arg(&self.config).args(arguments);
        command
    }

    fn wait(&self) {
        self.process.wait_until("listening", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }
}

fn serve(config: &Path, folder: &Folder, log: Option<&str>) -> Process {
    let mut command = pullgate();
    if let Some(log) = log {
        command.env("PULLGATE_LOG", log);
    }
    command.arg("serve").arg("--config").arg(config);
    Process::start("pullgate", &command, Shelter::None, folder)
}

/// The program under test, with nothing of this process' own settings.
pub fn pullgate() -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PULLGATE_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("PULLGATE_BIN") {
        let path = PathBuf::from(path);
        assert!(
            path.is_file(),
            "PULLGATE_BIN is {}, and there is no such file",
            path.display()
        );
        return path;
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    ["release/pullgate", "debug/pullgate"]
        .iter()
        .map(|name| target.join(name))
        .filter(|path| path.is_file())
        .max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok())
        .unwrap_or_else(|| {
            panic!(
                "there is no pullgate to test. Build it with \
                 `cargo build --release -p pullgate`, or name it in PULLGATE_BIN."
            )
        })
}
