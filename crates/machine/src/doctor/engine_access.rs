//! Who can talk to the Engine, and by which ways.

use super::check::{Findings, Machine};
use super::engine::{Engine, SOCKETS, Told};
use super::finding::Finding;

/// The Engine's own ports, without and with encryption.
const PORTS: [(u16, &str); 2] = [(2375, "without encryption"), (2376, "with TLS")];

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let engine = Engine::of(machine)?;
    if !engine.is_there {
        return Ok(Vec::new());
    }
    let mut findings = hosts(&engine);
    findings.extend(ports(machine, &engine));
    findings.extend(socket(machine)?);
    findings.extend(group(machine));
    Ok(findings)
}

fn told_hosts(engine: &Engine) -> impl Iterator<Item = &Told> {
    engine.starts.iter().flat_map(|start| &start.hosts)
}

/// What the Engine is told to listen on.
fn hosts(engine: &Engine) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for told in told_hosts(engine) {
        let host = told.value.as_str();
        let is_usual = host.is_empty()
            || host.starts_with("fd://")
            || SOCKETS.iter().any(|path| host == format!("unix://{path}"));
        if is_usual {
            continue;
        }
        let found = if host.starts_with("unix://") {
            Finding::open(
                "engine-socket",
                told.place.clone(),
                format!("The Engine also listens on {host}, another socket than its own."),
                "Take it out, and restart docker.",
            )
        } else {
            Finding::open(
                "engine-tcp",
                told.place.clone(),
                format!(
                    "The Engine listens on {host}: over a network nobody is known, so the sign-in \
                     of this machine's people says nothing."
                ),
                "Take it out, restart docker, and reach it with ssh instead: docker -H ssh://HOST",
            )
        };
        if !findings.contains(&found) {
            findings.push(found);
        }
    }
    findings
}

/// What really listens, whoever said so.
fn ports(machine: &Machine<'_>, engine: &Engine) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (port, how) in PORTS {
        let is_told = told_hosts(engine).any(|told| told.value.ends_with(&format!(":{port}")));
        if is_told || !is_listening(machine, port) {
            continue;
        }
        findings.push(Finding::open(
            "engine-tcp",
            format!("port {port}"),
            format!("Something listens on the port of the Engine's API {how}."),
            format!("See what it is (ss -ltnp 'sport = :{port}'), and end it."),
        ));
    }
    findings
}

fn is_listening(machine: &Machine<'_>, port: u16) -> bool {
    const LISTENS: &str = "0A";
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // /proc/net is a link to the reader's own process.
        let Ok(Some(text)) = machine.root.text(table) else {
            continue;
        };
        let found = text.lines().any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (Some(local), Some(state)) = (fields.get(1), fields.get(3)) else {
                return false;
            };
            *state == LISTENS && local.ends_with(&format!(":{port:04X}"))
        });
        if found {
            return true;
        }
    }
    false
}

fn socket(machine: &Machine<'_>) -> Findings {
    for path in SOCKETS {
        let Some(seen) = machine.root.seen(path)? else {
            continue;
        };
        if seen.uid != machine.owner.uid {
            let who = machine.people.user(seen.uid);
            return Ok(vec![Finding::open(
                "engine-socket-owner",
                path,
                format!("The Engine's socket belongs to {who}, who can let anybody talk to it."),
                format!("Run: chown root {path}, and see who changes it."),
            )]);
        }
        if seen.mode & 0o002 != 0 {
            return Ok(vec![Finding::open(
                "engine-socket-open",
                path,
                "Everybody on the machine may talk to the Engine, and so become root on it.",
                format!("Run: chmod 660 {path}, and see what opens it at each start."),
            )]);
        }
        return Ok(Vec::new());
    }
    Ok(Vec::new())
}

/// Who is in the group may do on the machine what root may: a container can be
/// given the machine's folders.
fn group(machine: &Machine<'_>) -> Vec<Finding> {
    let members = machine.people.members("docker");
    if members.is_empty() {
        return vec![Finding::holds(
            "docker-group",
            "/etc/group",
            "Nobody is a member of the group docker.",
        )];
    }
    vec![Finding::open(
        "docker-group",
        "/etc/group",
        format!(
            "Members of the group docker can become root by a container, and then change any of \
             this: {}.",
            members.join(", ")
        ),
        "Take out who need not be in it (gpasswd -d USER docker). Whoever stays is trusted: \
         the plugin decides what they pull, not what they do with the machine's folders.",
    )]
}
