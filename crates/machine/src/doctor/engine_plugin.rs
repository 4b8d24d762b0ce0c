//! Whether the Engine asks Pullgate before it does something.

use super::check::{Findings, Machine};
use super::engine::{DAEMON_JSON, Engine};
use super::finding::Finding;

/// The plugin's name, and where it listens.
const PLUGIN: &str = "pullgate";
const SOCKET: &str = "/run/docker/plugins/pullgate.sock";

const SET_UP: &str = "Set the agent up: pullgate agent setup --apply";

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let engine = Engine::of(machine)?;
    if !engine.is_there {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    if let Some(why) = &engine.unreadable {
        findings.push(Finding::unknown(
            "daemon-json-unreadable",
            DAEMON_JSON,
            format!("It cannot be read: {why}. dockerd does not start with it."),
            "Mend the file.",
        ));
    }
    let plugin = engine.plugins.iter().find(|told| told.value == PLUGIN);
    let is_listening = machine.root.seen(SOCKET)?.is_some();
    findings.push(match (plugin, is_listening) {
        (Some(told), true) => Finding::holds(
            "plugin",
            told.place.clone(),
            "The Docker Engine asks Pullgate's agent before it pulls or runs an image.",
        ),
        (Some(told), false) => Finding::open(
            "plugin-away",
            SOCKET,
            format!(
                "{} names the plugin, and nothing listens here: the Engine denies every call, \
                 until somebody takes the plugin out of its configuration.",
                told.place
            ),
            "Start the agent: systemctl enable --now pullgate-agent",
        ),
        (None, _) => Finding::open(
            "plugin-missing",
            DAEMON_JSON,
            "The Docker Engine asks nobody: who may talk to it pulls and runs any image that it \
             can reach, and imports images from files.",
            SET_UP,
        ),
    });
    if plugin.is_some() {
        findings.push(Finding::note(
            "builds-unseen",
            "docker build",
            "The Engine does not tell a plugin the images that a build begins with (FROM), and \
             Engines from 29.2 on serve builds without asking a plugin.",
            "Deny builds in the agent's configuration, or close the Engine's own way to \
             registries: pullgate client-config docker --close-direct --apply",
        ));
    }
    Ok(findings)
}
