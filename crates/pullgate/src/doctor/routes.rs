//! Whether this machine reaches the gateway, and registries without it.

use std::time::Duration;

use pullgate_machine::doctor::{Finding, Gateway, Verdict};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Registries that everybody knows.
const WELL_KNOWN: [&str; 8] = [
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "registry.k8s.io",
];

pub(super) async fn to_gateway(gateway: &Gateway) -> Option<Finding> {
    let address = with_port(gateway.address());
    if connects(&address).await {
        return None;
    }
    Some(Finding::unknown(
        "gateway-away",
        gateway.address(),
        "The gateway does not answer from this machine, so nobody can pull through it.",
        "Check the address, and that pullgate serve runs.",
    ))
}

/// Whether the machine needs a way to registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Its Engine does, and asks the agent before it uses it.
    Engine,
    /// Nothing does that asks somebody.
    Nobody,
}

/// Whether the machine needs a way to registries, by what was found on it. With
/// podman and its like there, the way is theirs, too, and they ask nobody.
pub(super) fn need(findings: &[Finding]) -> Need {
    const ASK_NOBODY: [&str; 3] = [
        "containers-direct",
        "registries-conf",
        "registries-conf-mirror",
    ];
    let asks = |found: &Finding| found.name == "plugin" && found.verdict == Verdict::Holds;
    let is_other = |found: &Finding| ASK_NOBODY.contains(&found.name);
    if findings.iter().any(asks) && !findings.iter().any(is_other) {
        Need::Engine
    } else {
        Need::Nobody
    }
}

/// All at once: those that are closed take as long as is waited for.
pub(super) async fn to_registries(named: &[String], need: Need) -> Vec<Finding> {
    let registries: Vec<String> = if named.is_empty() {
        WELL_KNOWN.map(str::to_owned).to_vec()
    } else {
        named.to_vec()
    };
    let count = registries.len();
    let mut tries = JoinSet::new();
    for registry in registries {
        tries.spawn(async move {
            let is_open = connects(&with_port(&registry)).await;
            is_open.then_some(registry)
        });
    }
    let mut open: Vec<String> = tries.join_all().await.into_iter().flatten().collect();
    open.sort();
    if open.is_empty() {
        return vec![Finding::holds(
            "direct-route",
            "network",
            format!("None of {count} registries is reached from this machine without the gateway."),
        )];
    }
    let open = open.into_iter();
    open.map(|registry| reached(&registry, need)).collect()
}

fn reached(registry: &str, need: Need) -> Finding {
    match need {
        Need::Engine => Finding::note(
            "direct-route",
            registry,
            format!(
                "{registry} is reached from this machine without the gateway. The Docker Engine \
                 asks the agent before it pulls from there; a program of somebody's own asks \
                 nobody."
            ),
            "Where that matters, let nobody but root reach other registries.",
        ),
        Need::Nobody => Finding::open(
            "direct-route",
            registry,
            format!(
                "{registry} is reached from this machine without the gateway: any program can \
                 pull from it."
            ),
            "Block egress from this machine to other registries.",
        ),
    }
}

async fn connects(address: &str) -> bool {
    matches!(
        timeout(PATIENCE, TcpStream::connect(address)).await,
        Ok(Ok(_))
    )
}

fn with_port(address: &str) -> String {
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    if has_port {
        address.to_owned()
    } else {
        format!("{address}:443")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_engine_that_asks_needs_a_way_that_is_no_hole() {
        let plugin = || Finding::holds("plugin", "daemon.json", "");
        let away = Finding::open("plugin-away", "socket", "", "");
        let podman = Finding::holds("registries-conf", "registries.conf", "");
        for (findings, needed) in [
            (vec![plugin()], Need::Engine),
            (vec![away], Need::Nobody),
            (vec![plugin(), podman], Need::Nobody),
            (Vec::new(), Need::Nobody),
        ] {
            assert_eq!(need(&findings), needed, "{findings:?}");
        }
        let verdict = |need| reached("ghcr.io", need).verdict;
        assert_eq!(verdict(Need::Engine), Verdict::Note);
        assert_eq!(verdict(Need::Nobody), Verdict::Open);
    }
}
