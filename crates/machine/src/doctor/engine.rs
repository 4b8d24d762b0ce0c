//! What the Docker Engine of a machine is told, from all places where it can
//! be told something.

use std::io;

use serde_json::Value;

use super::check::Machine;
use super::units;

/// Its configuration file.
pub(super) const DAEMON_JSON: &str = "/etc/docker/daemon.json";

/// The Engine's settings, each with where it stands.
#[derive(Debug, Default)]
pub(super) struct Engine {
    /// Whether there is an Engine at all.
    pub(super) is_there: bool,
    /// Why `daemon.json` cannot be read, if it cannot.
    pub(super) unreadable: Option<String>,
    /// Where it listens.
    pub(super) hosts: Vec<Told>,
    /// Its authorization plugins.
    pub(super) plugins: Vec<Told>,
    /// Its registry mirrors.
    pub(super) mirrors: Vec<Told>,
    /// Its proxy for encrypted connections.
    pub(super) proxies: Vec<Told>,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) value: String,
    pub(super) place: String,
}

impl Engine {
    pub(super) fn of(machine: &Machine<'_>) -> io::Result<Self> {
        let mut engine = Self {
            is_there: machine.has_any(&[
                "/usr/bin/dockerd",
                "/usr/sbin/dockerd",
                "/usr/local/bin/dockerd",
                DAEMON_JSON,
                "/run/docker.sock",
                "/var/run/docker.sock",
            ])?,
            ..Self::default()
        };
        engine.read_file(machine)?;
        engine.read_units(machine)?;
        engine.read_processes(machine)?;
        Ok(engine)
    }

    fn read_file(&mut self, machine: &Machine<'_>) -> io::Result<()> {
        let Some(content) = machine.root.read(DAEMON_JSON)? else {
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
                .map(|value| told(value, DAEMON_JSON))
                .collect()
        };
        self.hosts.extend(list("hosts"));
        self.plugins.extend(list("authorization-plugins"));
        self.mirrors.extend(list("registry-mirrors"));
        let proxy = settings["proxies"]["https-proxy"].as_str();
        self.proxies
            .extend(proxy.map(|proxy| told(proxy, DAEMON_JSON)));
        Ok(())
    }

    fn read_units(&mut self, machine: &Machine<'_>) -> io::Result<()> {
        for setting in units::settings(machine.root, "docker.service")? {
            match setting.key.as_str() {
                "ExecStart" => {
                    let words: Vec<&str> = setting.value.split_whitespace().collect();
                    self.read_arguments(&words, &setting.file);
                }
                "Environment" => self.read_environment(&setting.value, &setting.file),
                _ => {}
            }
        }
        for setting in units::settings(machine.root, "docker.socket")? {
            if setting.key == "ListenStream" {
                let value = match setting.value.as_str() {
                    path if path.starts_with('/') => format!("unix://{path}"),
                    port => format!("tcp://{port}"),
                };
                self.hosts.push(told(&value, &setting.file));
            }
        }
        let defaults = "/etc/default/docker";
        for line in machine.root.text(defaults)?.unwrap_or_default().lines() {
            let line = line.trim().trim_start_matches("export ");
            if let Some(options) = line.strip_prefix("DOCKER_OPTS=") {
                let options = options.trim_matches(['"', '\'']);
                let words: Vec<&str> = options.split_whitespace().collect();
                self.read_arguments(&words, defaults);
            }
        }
        Ok(())
    }

    /// What runs counts, however it was started.
    fn read_processes(&mut self, machine: &Machine<'_>) -> io::Result<()> {
        for process in machine.root.list("/proc")? {
            if !process.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let path = format!("/proc/{process}/cmdline");
            // A process may end while it is looked at.
            let Ok(Some(line)) = machine.root.text(&path) else {
                continue;
            };
            let words: Vec<&str> = line.split('\0').collect();
            let program = words.first().and_then(|word| word.rsplit('/').next());
            if program == Some("dockerd") {
                self.is_there = true;
                self.read_arguments(&words, &format!("process {process}"));
            }
        }
        Ok(())
    }

    fn read_arguments(&mut self, words: &[&str], place: &str) {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (*word, None),
            };
            let list = match name {
                "-H" | "--host" => &mut self.hosts,
                "--authorization-plugin" => &mut self.plugins,
                "--registry-mirror" => &mut self.mirrors,
                "--https-proxy" => &mut self.proxies,
                // -Htcp://…
                name if name.starts_with("-H") => {
                    self.hosts.push(told(name.trim_start_matches("-H"), place));
                    continue;
                }
                _ => continue,
            };
            let value = value.or_else(|| words.next().copied()).unwrap_or_default();
            list.push(told(value.trim_matches(['"', '\'']), place));
        }
    }

    fn read_environment(&mut self, assignments: &str, place: &str) {
        for assignment in assignments.split_whitespace() {
            let assignment = assignment.trim_matches(['"', '\'']);
            if let Some((name, value)) = assignment.split_once('=')
                && name.eq_ignore_ascii_case("https_proxy")
            {
                self.proxies.push(told(value, place));
            }
        }
    }
}

fn told(value: &str, place: &str) -> Told {
    Told {
        value: value.to_owned(),
        place: place.to_owned(),
    }
}
