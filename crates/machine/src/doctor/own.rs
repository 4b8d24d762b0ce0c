//! What people have brought themselves: Engines and configurations of their
//! own, for which root's say nothing.

use super::check::{Findings, Machine};
use super::finding::Finding;

/// Configurations in a home folder that take the place of the machine's.
const FILES: [&str; 3] = [
    ".config/containers/registries.conf",
    ".config/containers/registries.conf.d",
    ".config/docker/daemon.json",
];

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let mut findings = Vec::new();
    for (name, home) in machine.people.homes() {
        if home.len() < 2 || !home.starts_with('/') {
            continue;
        }
        for file in FILES {
            let path = format!("{}/{file}", home.trim_end_matches('/'));
            // Another's home folder may be closed to whoever looks.
            match machine.root.seen(&path) {
                Ok(Some(_)) => findings.push(own_file(name, path)),
                Ok(None) => {}
                Err(_) => findings.push(Finding::unknown(
                    "own-configuration-unseen",
                    path,
                    format!("Whether {name} has a configuration of their own cannot be seen."),
                    "Look again as root.",
                )),
            }
        }
    }
    for user in machine.root.list("/run/user")? {
        let path = format!("/run/user/{user}/docker.sock");
        if matches!(machine.root.seen(&path), Ok(Some(_))) {
            let name = user
                .parse()
                .map_or_else(|_| user.clone(), |uid| machine.people.user(uid));
            findings.push(Finding::open(
                "own-engine",
                path,
                format!(
                    "{name} runs a Docker Engine of their own (rootless), which asks no plugin."
                ),
                "Block egress from the machine to other registries, or take away the subordinate \
                 users that it needs (/etc/subuid).",
            ));
        }
    }
    Ok(findings)
}

fn own_file(name: &str, path: String) -> Finding {
    if path.ends_with("daemon.json") {
        return Finding::open(
            "own-engine",
            path,
            format!("{name} has configured a Docker Engine of their own, which asks no plugin."),
            "Block egress from the machine to other registries, or take away the subordinate \
             users that it needs (/etc/subuid).",
        );
    }
    Finding::open(
        "own-configuration",
        path,
        format!("{name} has a configuration of their own, which takes the place of the machine's."),
        "Remove it, and block egress from the machine to other registries: whoever has a home \
         folder can bring another.",
    )
}
