//! Whether people could change what enforces.

use std::io;

use toml::{Table, Value};

use super::check::{Findings, Machine};
use super::engine::Engine;
use super::engine_plugin::{AGENT_UNIT, PLUGIN_SOCKET, SETTINGS};
use super::finding::Finding;
use super::units;
use crate::changes::{LEDGER, Ledger};
use crate::guarded::{Step, Weakness, guarded};
use crate::root::Kind;

/// What enforces, where it is there. Where it is not, somebody who can put it
/// there could loosen what enforces.
const FILES: [&str; 11] = [
    "/etc/default/docker",
    "/etc/docker/daemon.json",
    "/etc/docker/plugins/pullgate.json",
    "/etc/docker/plugins/pullgate.spec",
    "/etc/pullgate/agent-ca.pem",
    SETTINGS,
    LEDGER,
    "/etc/containerd/config.toml",
    "/etc/containerd/pullgate-ca.crt",
    "/etc/containers/registries.conf",
    "/etc/hosts",
];

/// Folders of which every file enforces.
const FOLDERS: [&str; 1] = ["/etc/containers/registries.conf.d"];

/// Folders with a folder for each registry, of which every file enforces.
const REGISTRIES: [&str; 3] = [
    "/etc/containerd/certs.d",
    "/etc/docker/certs.d",
    "/etc/containers/certs.d",
];

/// Units whose programs enforce, or are told what enforces.
const UNITS: [&str; 4] = [
    AGENT_UNIT,
    "docker.service",
    "docker.socket",
    "containerd.service",
];

/// How many links are followed to where a program is.
const LINKS: usize = 20;

/// A path, and how its links count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A file whose content counts: what a link leads to may be changed where
    /// nobody looks.
    File(String),
    /// A program or a certificate, which is often a link of root's: every
    /// folder on the way to it counts.
    Led(String),
    /// A folder.
    Folder(String),
}

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let mut places = places(machine)?;
    places.sort();
    places.dedup();
    let mut findings: Vec<Finding> = Vec::new();
    for place in places {
        let (path, steps) = place.steps(machine)?;
        for step in steps {
            for weakness in &step.weaknesses {
                let found = weak(machine, &path, &step, *weakness);
                // One folder is above many files.
                let is_known = findings
                    .iter()
                    .any(|other| other.subject == found.subject && other.mend == found.mend);
                if !is_known {
                    findings.push(found);
                }
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::holds(
            "configuration",
            "/etc",
            "Only root can change what is configured here, and the programs that enforce it.",
        ));
    }
    Ok(findings)
}

fn weak(machine: &Machine<'_>, path: &str, step: &Step, weakness: Weakness) -> Finding {
    let at = &step.path;
    Finding::open(
        "writable-configuration",
        at.clone(),
        format!(
            "{path} can be changed: {weakness} ({}:{}, {:04o}).",
            machine.people.user(step.seen.uid),
            machine.people.group(step.seen.gid),
            step.seen.mode
        ),
        match weakness {
            Weakness::Link | Weakness::FolderLink | Weakness::NotAFile => {
                format!("Put what should be at {at} there itself, as root's.")
            }
            _ => format!("Run: chown root:root {at} && chmod go-w {at}"),
        },
    )
}

/// All that enforces on the machine.
fn places(machine: &Machine<'_>) -> io::Result<Vec<Place>> {
    let root = machine.root;
    let mut places: Vec<Place> = FILES.map(|file| Place::File(file.to_owned())).to_vec();
    // What client-config has written, wherever that is.
    if let Ok(ledger) = Ledger::read(root) {
        places.extend(ledger.paths().map(|path| Place::File(path.to_owned())));
    }
    for folder in FOLDERS {
        places.push(Place::Folder(folder.to_owned()));
        for name in root.list(folder)? {
            places.push(Place::File(format!("{folder}/{name}")));
        }
    }
    for folder in REGISTRIES {
        places.push(Place::Folder(folder.to_owned()));
        for registry in root.list(folder)? {
            let folder = format!("{folder}/{registry}");
            for name in root.list(&folder)? {
                let path = format!("{folder}/{name}");
                if name == "hosts.toml" {
                    let text = root.text(&path)?.unwrap_or_default();
                    let named = authorities(&text, &folder);
                    places.extend(named.into_iter().map(Place::Led));
                    places.push(Place::File(path));
                } else {
                    places.push(Place::Led(path));
                }
            }
        }
    }
    for file in Engine::of(machine)?.files() {
        places.push(Place::File(file.to_owned()));
    }
    for unit in UNITS {
        places.extend(of_unit(machine, unit)?);
    }
    places.extend(of_agent(machine)?);
    Ok(places)
}

/// A unit's files, what it reads its variables from, and its program.
fn of_unit(machine: &Machine<'_>, unit: &str) -> io::Result<Vec<Place>> {
    let root = machine.root;
    let files = units::files(root, unit)?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut places: Vec<Place> = files.into_iter().map(Place::File).collect();
    places.push(Place::Folder(format!("/etc/systemd/system/{unit}.d")));
    for setting in units::settings(root, unit)? {
        let words = units::words(&setting.value);
        let first = words.first().map(String::as_str).unwrap_or_default();
        // What may stand before a path: do without it, with all rights.
        let path = first.trim_start_matches(['-', '+', '!', '@', ':']);
        if !path.starts_with('/') {
            continue;
        }
        match setting.key.as_str() {
            "ExecStart" | "ExecStartPre" => places.push(Place::Led(path.to_owned())),
            "EnvironmentFile" => places.push(Place::File(path.to_owned())),
            _ => {}
        }
    }
    Ok(places)
}

/// What the agent's settings name.
fn of_agent(machine: &Machine<'_>) -> io::Result<Vec<Place>> {
    let text = machine.root.text(SETTINGS)?;
    let is_set_up = text.is_some();
    let settings: Table = text.unwrap_or_default().parse().unwrap_or_default();
    let set = |key: &str| settings.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut places = Vec::new();
    places.extend(set("ca").map(Place::Led));
    places.extend(set("allowed_orgs").map(Place::File));
    let state = set("state").unwrap_or_else(|| "/var/lib/pullgate-agent".to_owned());
    if is_set_up {
        places.push(Place::Folder(state));
    }
    // Everybody may talk to the agent; nobody else may stand in its place.
    for socket in [set("plugin_socket"), set("login_socket")] {
        let socket = socket.unwrap_or_else(|| PLUGIN_SOCKET.to_owned());
        if let Some((folder, _)) = socket.rsplit_once('/') {
            places.push(Place::Folder(folder.to_owned()));
        }
    }
    Ok(places)
}

/// The files of certificates that a `hosts.toml` in this folder names, in any
/// of its tables.
fn authorities(text: &str, folder: &str) -> Vec<String> {
    fn collect(value: &Value, folder: &str, found: &mut Vec<String>) {
        match value {
            Value::String(path) if path.starts_with('/') => found.push(path.clone()),
            // As containerd reads it: beside the file.
            Value::String(path) => found.push(format!("{folder}/{path}")),
            Value::Array(all) => all.iter().for_each(|each| collect(each, folder, found)),
            _ => {}
        }
    }
    fn walk(table: &Table, folder: &str, found: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                Value::Table(within) => walk(within, folder, found),
                value if key == "ca" || key == "client" => collect(value, folder, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    if let Ok(table) = text.parse::<Table>() {
        walk(&table, folder, &mut found);
    }
    found
}

impl Place {
    /// What is looked at, and all on the way to it.
    fn steps(self, machine: &Machine<'_>) -> io::Result<(String, Vec<Step>)> {
        let look = |path: &str| guarded(machine.root, path, machine.owner);
        Ok(match self {
            Self::Folder(path) => {
                let steps = of_folder(machine, &path)?;
                (path, steps)
            }
            Self::Led(path) => {
                let steps = followed(machine, &path)?;
                (path, steps)
            }
            Self::File(path) => {
                let steps = match look(&path)? {
                    Some(steps) => steps,
                    // Whoever may write the folder may put it there.
                    None => of_folder(machine, path.rsplit_once('/').map_or("/", |(up, _)| up))?,
                };
                (path, steps)
            }
        })
    }
}

/// A folder, and each above it; nothing if it is not there.
fn of_folder(machine: &Machine<'_>, path: &str) -> io::Result<Vec<Step>> {
    // Seen as what is above something in it.
    let within = guarded(machine.root, &format!("{path}/."), machine.owner)?;
    let mut steps = within.unwrap_or_default();
    if steps.first().is_some_and(|step| step.path.ends_with("/.")) {
        steps.remove(0);
    }
    Ok(steps)
}

/// All on the way to a path, and to what each link on it leads to. A link is as
/// good as the folder in which it stands.
fn followed(machine: &Machine<'_>, path: &str) -> io::Result<Vec<Step>> {
    let mut all = Vec::new();
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Some(steps) = guarded(machine.root, &path, machine.owner)? else {
            break;
        };
        let link = steps
            .first()
            .filter(|step| step.seen.kind == Kind::Link)
            .map(|step| step.path.clone());
        all.extend(
            steps
                .into_iter()
                .filter(|step| step.seen.kind != Kind::Link),
        );
        let Some(link) = link else {
            break;
        };
        let Some(target) = machine.root.target(&link)? else {
            break;
        };
        let rest = path.strip_prefix(&link).unwrap_or_default();
        path = joined(&link, &target, rest);
    }
    Ok(all)
}

/// Where a link leads: its target, seen from its folder, and what follows.
fn joined(link: &str, target: &str, rest: &str) -> String {
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if target.starts_with('/') {
        format!("{target}{rest}")
    } else {
        format!("{folder}/{target}{rest}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
