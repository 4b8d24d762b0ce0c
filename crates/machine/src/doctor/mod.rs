//! Looking for ways around what Pullgate decides, on one machine.
//!
//! Each check is a file of its own and gives [`Finding`]s with names that do
//! not change. What cannot be looked at is a finding too: a machine of which
//! nothing is known is not one on which something is enforced.

mod check;
mod containerd;
mod containers;
mod engine;
mod engine_access;
mod engine_plugin;
mod engine_pulls;
mod finding;
mod gateway;
mod guarding;
mod hosts_toml;
mod own;
mod proxies;
mod registries_conf;
mod running;
mod sign_in;
mod units;

use std::io;

pub use engine_plugin::PLUGIN_SOCKET;
pub use finding::{Finding, Verdict};
pub use gateway::Gateway;
pub use running::{Asks, EngineHeard, EngineSaid, PluginHeard, Running};

use crate::changes::Ledger;
use crate::owner::Owner;
use crate::people::People;
use crate::root::Root;
use check::Machine;
use engine::Engine;

/// Looks at a machine. Without a gateway, the one that `pullgate
/// client-config` has pointed clients at is taken; without anything heard, it
/// is an image, of which its files are looked at.
pub fn examine(
    root: &Root,
    owner: Owner,
    gateway: Option<&Gateway>,
    running: Option<&Running>,
) -> io::Result<Vec<Finding>> {
    let machine = machine(root, owner, gateway, running)?;
    let mut findings = Vec::new();
    for check in [
        sign_in::check,
        engine_plugin::check,
        engine_access::check,
        engine_pulls::check,
        containerd::check,
        containers::check,
        own::check,
        guarding::check,
    ] {
        findings.extend(check(&machine)?);
    }
    if machine.gateway.is_none() {
        findings.insert(0, unknown_gateway(&findings));
    }
    Ok(findings)
}

/// Without a known gateway nothing can be held against it. Where the Engine
/// asks the agent, and no other client was found, nothing has to be.
fn unknown_gateway(findings: &[Finding]) -> Finding {
    const CLIENTS: [&str; 3] = ["hosts", "registries-conf", "containers-direct"];
    let is_of_client = |found: &Finding| CLIENTS.iter().any(|name| found.name.starts_with(name));
    let asks = |found: &Finding| found.name == "plugin" && found.verdict == Verdict::Holds;
    let found = Finding::unknown(
        "gateway-unknown",
        "--gateway",
        "It is not known which gateway this machine should pull through, so what is \
         configured cannot be held against it.",
        "Name it: pullgate doctor --gateway HOST:PORT",
    );
    if findings.iter().any(asks) && !findings.iter().any(is_of_client) {
        return Finding {
            verdict: Verdict::Note,
            what: "It is not known which gateway this machine could pull through. It need not: \
                   the Docker Engine asks the agent, and no other client was found."
                .to_owned(),
            ..found
        };
    }
    found
}

/// The gateway that clients of this machine were pointed at.
pub fn noted_gateway(root: &Root) -> Option<Gateway> {
    let ledger = Ledger::read(root).ok()?;
    Gateway::read(&ledger.gateway)
}

/// Where the Docker Engines of a machine may be asked: on each of these sockets
/// that is there and on which one listens.
pub fn engine_sockets(root: &Root) -> io::Result<Vec<String>> {
    Ok(Engine::on(root)?.sockets())
}

/// The way that dockerd has to registries besides the gateway, by what it is
/// told at its next start, whether or not somebody decides about it; nothing
/// if it has none.
pub fn direct_way(root: &Root, owner: Owner, gateway: &Gateway) -> io::Result<Option<Finding>> {
    engine_pulls::direct_way(&machine(root, owner, Some(gateway), None)?)
}

fn machine<'r>(
    root: &'r Root,
    owner: Owner,
    gateway: Option<&Gateway>,
    running: Option<&'r Running>,
) -> io::Result<Machine<'r>> {
    Ok(Machine {
        root,
        owner,
        people: People::of(root)?,
        gateway: gateway.cloned().or_else(|| noted_gateway(root)),
        running,
    })
}
