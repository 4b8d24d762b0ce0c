//! Where the Engine pulls from.

use std::io;

use super::check::{Findings, Machine};
use super::engine::{Engine, Told, told};
use super::engine_plugin::{Deciding, deciding};
use super::finding::{Finding, Verdict};
use super::proxies::{Proxies, Way};

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let engine = Engine::of(machine)?;
    if !engine.is_there {
        return Ok(Vec::new());
    }
    let deciding = deciding(machine, &engine)?;
    let mut findings: Vec<Finding> = Vec::new();
    for mirror in engine.starts.iter().flat_map(|start| &start.mirrors) {
        let found = of_mirror(machine, mirror, deciding);
        if !findings.contains(&found) {
            findings.push(found);
        }
    }
    findings.push(match (direct(machine, &engine), deciding) {
        (None, _) => Finding::holds(
            "engine-direct",
            "dockerd",
            "dockerd reaches no registry but the gateway: its proxy is one that is not there.",
        ),
        (Some(_), Deciding::Agent) => Finding::holds(
            "engine-direct",
            "dockerd",
            "dockerd goes to registries by itself, and asks Pullgate's agent first: docker pull \
             nginx is decided by the policy.",
        ),
        (Some(way), Deciding::Nobody) => of_way(way),
    });
    Ok(findings)
}

/// The way that dockerd has to registries besides the gateway, whether or not
/// somebody decides about it; nothing if it has none.
pub(super) fn direct_way(machine: &Machine<'_>) -> io::Result<Option<Finding>> {
    let engine = Engine::of(machine)?;
    Ok(direct(machine, &engine).map(of_way))
}

/// What leaves it a way: at its next start, or as it runs.
pub(super) fn direct(machine: &Machine<'_>, engine: &Engine) -> Option<Way> {
    let heard = machine.running.into_iter().flat_map(|run| &run.engines);
    let running: Vec<_> = heard
        .filter_map(|heard| Some((heard, heard.said.as_ref().ok()?)))
        .collect();
    // What was not started by systemd is not started by it the next time.
    if let Some(next) = engine.starts.first()
        && (engine.has_unit || running.is_empty())
        && let Some(way) = next.proxies.way(machine, &next.insecure)
    {
        return Some(way);
    }
    let insecure: Vec<Told> = engine
        .starts
        .iter()
        .flat_map(|start| start.insecure.iter().cloned())
        .collect();
    running.into_iter().find_map(|(heard, said)| {
        let place = format!("dockerd on {}", heard.socket);
        let set = |value: &str| (!value.is_empty()).then(|| told(value, &place));
        let proxies = Proxies {
            http: set(&said.http_proxy),
            https: set(&said.https_proxy),
            none: set(&said.no_proxy),
        };
        let way = proxies.way(machine, &insecure)?;
        Some(if engine.has_unit {
            Way {
                place,
                why: format!("{} It runs as it was told before.", way.why),
                mend: Some("Run: systemctl restart docker".to_owned()),
            }
        } else {
            way
        })
    })
}

fn of_way(way: Way) -> Finding {
    let close = "Close that: pullgate client-config docker --close-direct --apply, or block \
                 egress to other registries.";
    let mend = way.mend.unwrap_or_else(|| close.to_owned());
    Finding::open("engine-direct", way.place, way.why, mend)
}

fn of_mirror(machine: &Machine<'_>, mirror: &Told, deciding: Deciding) -> Finding {
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
    match deciding {
        Deciding::Nobody => found,
        Deciding::Agent => Finding {
            verdict: Verdict::Note,
            what: format!(
                "dockerd asks the mirror {} first, and Docker Hub itself for what that denies. \
                 The agent decides before either is asked.",
                mirror.value
            ),
            mend: "Nothing has to be done; without the mirror nothing would be asked twice."
                .to_owned(),
            ..found
        },
    }
}
