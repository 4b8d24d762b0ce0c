//! Where the Engine pulls from.

use super::check::{Findings, Machine};
use super::engine::Engine;
use super::finding::Finding;

/// A proxy on the discard port is there to close the way.
const NOWHERE: [&str; 3] = ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"];

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let engine = Engine::of(machine)?;
    if !engine.is_there {
        return Ok(Vec::new());
    }
    let mut findings: Vec<Finding> = Vec::new();
    for mirror in &engine.mirrors {
        let found = Finding::open(
            "mirror-falls-back",
            mirror.place.clone(),
            format!(
                "dockerd asks the mirror {} first. What the mirror denies it pulls from Docker \
                 Hub itself, and nobody reads why it was denied.",
                mirror.value
            ),
            format!(
                "Take the mirror out, and name images by the gateway: docker pull {}/library/nginx",
                machine.gateway_name()
            ),
        );
        if !findings.contains(&found) {
            findings.push(found);
        }
    }
    let closing = |told: &&super::engine::Told| NOWHERE.contains(&told.value.trim_end_matches('/'));
    findings.push(match engine.proxies.iter().find(closing) {
        Some(told) => Finding::holds(
            "engine-direct",
            told.place.clone(),
            "dockerd reaches no registry but the gateway: its proxy is one that is not there.",
        ),
        None => Finding::open(
            "engine-direct",
            "dockerd",
            "dockerd goes to registries by itself for every image that is not named by the \
             gateway: docker pull nginx asks Docker Hub.",
            "Close that: pullgate client-config docker --close-direct --apply, or block egress \
             to other registries.",
        ),
    });
    Ok(findings)
}
