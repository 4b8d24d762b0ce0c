//! containerd on its own, and under Kubernetes.

use std::io;

use toml::{Table, Value};

use super::check::{Findings, Machine};
use super::engine::Engine;
use super::engine_plugin::{Deciding, deciding};
use super::finding::{Finding, Verdict};
use super::hosts_toml::{Hosts, read};

const SOCKET: &str = "/run/containerd/containerd.sock";
const CONFIG: &str = "/etc/containerd/config.toml";
const HOSTS: &str = "/etc/containerd/certs.d";

/// What a Kubernetes node has.
const NODE: [&str; 3] = ["/usr/bin/kubelet", "/var/lib/kubelet", "/etc/kubernetes"];

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let is_there = machine.has_any(&[
        "/usr/bin/containerd",
        "/usr/local/bin/containerd",
        SOCKET,
        CONFIG,
        HOSTS,
    ])?;
    if !is_there {
        return Ok(Vec::new());
    }
    let mut findings = hosts(machine)?;
    findings.extend(cri(machine)?);
    findings.extend(socket(machine)?);
    Ok(findings)
}

/// A file for each registry; the one for Docker Hub has to be there.
fn hosts(machine: &Machine<'_>) -> Findings {
    let mut findings = Vec::new();
    let mut is_hub_covered = false;
    for registry in machine.root.list(HOSTS)? {
        let path = format!("{HOSTS}/{registry}/hosts.toml");
        let Some(text) = machine.root.text(&path)? else {
            continue;
        };
        is_hub_covered |= registry == "docker.io" || registry == "_default";
        findings.push(of_file(machine, &registry, path, &text));
    }
    if !is_hub_covered {
        findings.push(direct(machine)?);
    }
    Ok(findings)
}

/// Without the file containerd goes to Docker Hub. Beside an Engine that asks
/// the agent that is what root alone can have it do, who can do anything: the
/// Engine keeps its own containerd, and pulls by itself.
fn direct(machine: &Machine<'_>) -> io::Result<Finding> {
    let found = Finding::open(
        "containerd-direct",
        HOSTS,
        "containerd goes to Docker Hub by itself: there is no hosts.toml for docker.io.",
        format!(
            "Run: pullgate client-config containerd --gateway {} --apply",
            machine.gateway_name()
        ),
    );
    let engine = Engine::of(machine)?;
    let is_the_engine_s = engine.is_there
        && deciding(machine, &engine)? == Deciding::Agent
        && !machine.has_any(&NODE)?
        && socket(machine)?.is_empty();
    Ok(if is_the_engine_s {
        Finding {
            verdict: Verdict::Note,
            what: "containerd goes to Docker Hub by itself, for root alone: it is the Docker \
                   Engine's, which asks the agent."
                .to_owned(),
            ..found
        }
    } else {
        found
    })
}

fn of_file(machine: &Machine<'_>, registry: &str, path: String, text: &str) -> Finding {
    let again = format!(
        "Run: pullgate client-config containerd --gateway {} --registry {registry} --apply",
        machine.gateway_name()
    );
    let (addresses, has_table) = match read(registry, text) {
        Hosts::Unreadable(why) => {
            let what = format!(
                "It is not TOML ({why}): containerd ignores it and goes to {registry} itself."
            );
            return Finding::open("hosts-unreadable", path, what, again);
        }
        Hosts::Asks {
            addresses,
            has_table,
        } => (addresses, has_table),
    };
    if let Some(other) = addresses.iter().find(|each| !machine.is_gateway(each)) {
        let what = format!("What the gateway denies, containerd pulls from {other} instead.");
        return Finding::open("hosts-fall-back", path, what, again);
    }
    if !has_table {
        let what = format!(
            "It has no [host] table: containerd 1.6 ignores it and goes to {registry} itself."
        );
        return Finding::open("hosts-without-table", path, what, again);
    }
    let what = format!("containerd has the gateway as its only server for {registry}.");
    Finding::holds("hosts", path, what)
}

/// Kubernetes' side of containerd reads the files only if it is told to.
fn cri(machine: &Machine<'_>) -> Findings {
    let mend = "Run: pullgate client-config kubernetes --apply, and restart containerd.";
    let text = machine.root.text(CONFIG)?.unwrap_or_default();
    let file: Table = match text.parse() {
        Ok(file) => file,
        Err(error) => {
            return Ok(vec![Finding::unknown(
                "containerd-unreadable",
                CONFIG,
                format!("It is not TOML: {}.", toml::de::Error::message(&error)),
                "Mend the file.",
            )]);
        }
    };
    let plugins = file.get("plugins").and_then(Value::as_table);
    let registries = plugins.into_iter().flatten().filter_map(|(_, plugin)| {
        let registry = plugin.get("registry")?;
        registry.as_table()
    });
    let mut findings = Vec::new();
    let mut has_folder = false;
    for registry in registries {
        if registry.contains_key("mirrors") {
            findings.push(Finding::open(
                "cri-mirror-falls-back",
                CONFIG,
                "It names mirrors (registry.mirrors). What a mirror denies is pulled from the \
                 registry itself.",
                mend,
            ));
        }
        let folder = registry.get("config_path").and_then(Value::as_str);
        has_folder |= folder.is_some_and(|path| path.split(':').any(|each| each == HOSTS));
    }
    let is_node = machine.has_any(&NODE)?;
    if is_node && !has_folder {
        findings.push(Finding::open(
            "cri-without-hosts",
            CONFIG,
            format!(
                "The machine is a Kubernetes node, whose containerd is not told to read {HOSTS}."
            ),
            mend,
        ));
    }
    Ok(findings)
}

fn socket(machine: &Machine<'_>) -> Findings {
    let Some(seen) = machine.root.seen(SOCKET)? else {
        return Ok(Vec::new());
    };
    let group_writes = seen.mode & 0o020 != 0 && seen.gid != machine.owner.gid;
    if seen.mode & 0o002 == 0 && !group_writes && seen.uid == machine.owner.uid {
        return Ok(Vec::new());
    }
    Ok(vec![Finding::open(
        "containerd-socket-open",
        SOCKET,
        "Others than root may talk to containerd, which asks no plugin.",
        format!("Run: chown root:root {SOCKET} && chmod 660 {SOCKET}, and see what opens it."),
    )])
}
