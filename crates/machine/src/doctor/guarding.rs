//! Whether people could change what enforces.

use super::check::{Findings, Machine};
use super::finding::Finding;
use crate::guarded::guarded;

/// What enforces, where it is there.
const FILES: [&str; 9] = [
    "/etc/docker/daemon.json",
    "/etc/default/docker",
    "/etc/systemd/system/docker.service",
    "/etc/systemd/system/docker.service.d/pullgate.conf",
    "/etc/systemd/system/pullgate-agent.service",
    "/etc/pullgate/agent.toml",
    "/etc/containerd/config.toml",
    "/etc/containers/registries.conf",
    "/etc/hosts",
];

/// Folders of which every file enforces.
const FOLDERS: [(&str, &str); 5] = [
    ("/etc/containers/registries.conf.d", ""),
    ("/etc/systemd/system/docker.service.d", ""),
    ("/etc/containerd/certs.d", "/hosts.toml"),
    ("/etc/docker/certs.d", "/ca.crt"),
    ("/etc/containers/certs.d", "/ca.crt"),
];

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let mut paths: Vec<String> = FILES.map(str::to_owned).to_vec();
    for (folder, within) in FOLDERS {
        for name in machine.root.list(folder)? {
            paths.push(format!("{folder}/{name}{within}"));
        }
    }
    paths.sort();
    paths.dedup();
    let mut findings: Vec<Finding> = Vec::new();
    for path in paths {
        let Some(steps) = guarded(machine.root, &path, machine.owner)? else {
            continue;
        };
        for step in steps {
            for weakness in &step.weaknesses {
                let found = Finding::open(
                    "writable-configuration",
                    step.path.clone(),
                    format!(
                        "{path} can be changed: {weakness} ({}:{}, {:04o}).",
                        machine.people.user(step.seen.uid),
                        machine.people.group(step.seen.gid),
                        step.seen.mode
                    ),
                    format!("Run: chown root:root {0} && chmod go-w {0}", step.path),
                );
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
            "Only root can change what is configured here.",
        ));
    }
    Ok(findings)
}
