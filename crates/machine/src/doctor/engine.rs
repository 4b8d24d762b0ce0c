//! What the Docker Engine of a machine is told, from all places where it can
//! be told something.

use std::io;

use serde_json::Value;

use super::check::Machine;
use super::proxies::Proxies;
use super::units;
use crate::root::Root;

/// Its configuration file, where no other is named.
pub(super) const DAEMON_JSON: &str = "/etc/docker/daemon.json";

/// Its unit.
const UNIT: &str = "docker.service";

/// Variables of its unit and options, on Debian.
const DEFAULTS: &str = "/etc/default/docker";

/// Where its socket is; the first is what the second leads to.
pub(super) const SOCKETS: [&str; 2] = ["/run/docker.sock", "/var/run/docker.sock"];

/// The Engine of a machine.
#[derive(Debug, Default)]
pub(super) struct Engine {
    /// Whether there is one at all.
    pub(super) is_there: bool,
    /// Whether systemd has a unit for it.
    pub(super) has_unit: bool,
    /// What it is told at each of its starts: the next one, and that of each
    /// process that runs.
    pub(super) starts: Vec<Start>,
}

/// What the Engine is told at one start, each with where it stands.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// Its configuration file.
    pub(super) file: String,
    /// Why that cannot be read, if it cannot.
    pub(super) unreadable: Option<String>,
    /// Where it listens.
    pub(super) hosts: Vec<Told>,
    /// Its authorization plugins.
    pub(super) plugins: Vec<Told>,
    /// Its registry mirrors.
    pub(super) mirrors: Vec<Told>,
    /// Registries that it asks without encryption.
    pub(super) insecure: Vec<Told>,
    /// Its proxies.
    pub(super) proxies: Proxies,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) value: String,
    pub(super) place: String,
}

impl Engine {
    pub(super) fn of(machine: &Machine<'_>) -> io::Result<Self> {
        Self::on(machine.root)
    }

    pub(super) fn on(root: &Root) -> io::Result<Self> {
        let next = Start::by_unit(root)?;
        let mut engine = Self {
            has_unit: !units::files(root, UNIT)?.is_empty(),
            starts: vec![next],
            is_there: false,
        };
        engine.read_processes(root)?;
        engine.is_there = engine.starts.len() > 1;
        for path in [
            "/usr/bin/dockerd",
            "/usr/sbin/dockerd",
            "/usr/local/bin/dockerd",
            DAEMON_JSON,
            "/run/docker.sock",
            "/var/run/docker.sock",
        ] {
            engine.is_there |= root.seen(path)?.is_some();
        }
        Ok(engine)
    }

    /// The sockets where it may be asked, those that it is told first.
    pub(super) fn sockets(&self) -> Vec<String> {
        let hosts = self.starts.iter().flat_map(|start| &start.hosts);
        let told = hosts.filter_map(|told| told.value.strip_prefix("unix://"));
        let mut sockets: Vec<String> = Vec::new();
        for socket in told.chain(SOCKETS) {
            // Both names of its own socket are one.
            let usual = socket.strip_prefix("/var").filter(|_| socket == SOCKETS[1]);
            let socket = usual.unwrap_or(socket).to_owned();
            if !sockets.contains(&socket) {
                sockets.push(socket);
            }
        }
        sockets
    }

    /// The configuration files of all starts.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().map(|start| start.file.as_str())
    }

    /// What runs counts, however it was started.
    fn read_processes(&mut self, root: &Root) -> io::Result<()> {
        for process in root.list("/proc")? {
            if !process.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            // A process may end while it is looked at.
            let Ok(Some(line)) = root.text(&format!("/proc/{process}/cmdline")) else {
                continue;
            };
            let words: Vec<String> = line.split('\0').map(str::to_owned).collect();
            let program = words.first().and_then(|word| word.rsplit('/').next());
            if program == Some("dockerd") {
                let mut start = Start::default();
                start.read_arguments(&words, &format!("process {process}"));
                start.read_file(root)?;
                self.starts.push(start);
            }
        }
        Ok(())
    }
}

impl Start {
    /// What it is told when it is started the next time.
    fn by_unit(root: &Root) -> io::Result<Self> {
        let mut start = Self::default();
        let settings = units::settings(root, UNIT)?;
        for setting in &settings {
            if setting.key == "ExecStart" {
                start.read_arguments(&units::words(&setting.value), &setting.file);
            }
        }
        // A unit reads these if it says so.
        let more: &[&str] = if settings.is_empty() {
            &[DEFAULTS]
        } else {
            &[]
        };
        let environment = units::environment(root, &settings, more)?;
        if let Some((options, place)) = environment.get("DOCKER_OPTS") {
            start.read_arguments(&units::words(options), place);
        }
        for setting in units::settings(root, "docker.socket")? {
            if setting.key == "ListenStream" {
                let value = match setting.value.as_str() {
                    path if path.starts_with('/') => format!("unix://{path}"),
                    port => format!("tcp://{port}"),
                };
                start.hosts.push(told(&value, &setting.file));
            }
        }
        start.read_file(root)?;
        start.proxies.fill_from(&environment);
        Ok(start)
    }

    fn read_file(&mut self, root: &Root) -> io::Result<()> {
        if self.file.is_empty() {
            DAEMON_JSON.clone_into(&mut self.file);
        }
        let file = self.file.clone();
        let Some(content) = root.read(&file)? else {
            return Ok(());
        };
        let settings: Value = match serde_json::from_slice(&content) {
            Ok(settings) => settings,
            Err(error) => {
                self.unreadable = Some(error.to_string());
                return Ok(());
            }
        };
        let list = |key: &str| -> Vec<Told> {
            let values = settings[key].as_array().into_iter().flatten();
            values
                .filter_map(Value::as_str)
                .map(|value| told(value, &file))
                .collect()
        };
        self.hosts.extend(list("hosts"));
        self.plugins.extend(list("authorization-plugins"));
        self.mirrors.extend(list("registry-mirrors"));
        self.insecure.extend(list("insecure-registries"));
        for (key, proxy) in [
            ("http-proxy", &mut self.proxies.http),
            ("https-proxy", &mut self.proxies.https),
            ("no-proxy", &mut self.proxies.none),
        ] {
            let value = settings["proxies"][key].as_str().unwrap_or_default();
            if !value.is_empty() && proxy.is_none() {
                *proxy = Some(told(value, &file));
            }
        }
        Ok(())
    }

    fn read_arguments(&mut self, words: &[String], place: &str) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            let name = name.strip_prefix("--").unwrap_or(name);
            if let Some(host) = name.strip_prefix("-H").filter(|host| !host.is_empty()) {
                // -Htcp://…
                self.hosts.push(told(host, place));
                continue;
            }
            let known = [
                "-H",
                "host",
                "authorization-plugin",
                "registry-mirror",
                "insecure-registry",
                "config-file",
                "http-proxy",
                "https-proxy",
                "no-proxy",
            ];
            if !known.contains(&name) {
                continue;
            }
            let value = value.or_else(|| words.next().map(String::as_str));
            let value = value.unwrap_or_default().trim_matches(['"', '\'']);
            match name {
                "-H" | "host" => self.hosts.push(told(value, place)),
                "authorization-plugin" => self.plugins.push(told(value, place)),
                "registry-mirror" => self.mirrors.push(told(value, place)),
                "insecure-registry" => self.insecure.push(told(value, place)),
                "http-proxy" => self.proxies.http = Some(told(value, place)),
                "https-proxy" => self.proxies.https = Some(told(value, place)),
                "no-proxy" => self.proxies.none = Some(told(value, place)),
                _ => value.clone_into(&mut self.file),
            }
        }
    }
}

pub(super) fn told(value: &str, place: &str) -> Told {
    Told {
        value: value.to_owned(),
        place: place.to_owned(),
    }
}
