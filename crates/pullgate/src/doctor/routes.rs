//! Whether this machine reaches the gateway, and registries without it.

use std::time::Duration;

use pullgate_machine::doctor::{Finding, Gateway};
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

/// All at once: those that are closed take as long as is waited for.
pub(super) async fn to_registries(named: &[String]) -> Vec<Finding> {
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
    open.map(|registry| {
        Finding::open(
            "direct-route",
            registry.clone(),
            format!(
                "{registry} is reached from this machine without the gateway: any program can \
                 pull from it."
            ),
            "Block egress from this machine to other registries.",
        )
    })
    .collect()
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
