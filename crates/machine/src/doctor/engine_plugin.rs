//! Whether the Engine asks Pullgate before it does something.

use std::io;

use toml::{Table, Value};

use super::check::{Findings, Machine};
use super::engine::{DAEMON_JSON, Engine};
use super::finding::Finding;

/// The plugin's name, and where it listens.
const PLUGIN: &str = "pullgate";
const SOCKET: &str = "/run/docker/plugins/pullgate.sock";

/// The agent's settings.
const SETTINGS: &str = "/etc/pullgate/agent.toml";

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
            "The Engine does not tell a plugin which images a build begins with (FROM), so the \
             agent denies builds unless its settings allow them. Engines from 29.2 on serve builds \
             without asking a plugin.",
            "With such an Engine, close its own way to registries: pullgate client-config docker \
             --close-direct --apply",
        ));
        findings.extend(left_open(machine)?);
    }
    Ok(findings)
}

/// Calls that bring in what nobody can see, where the agent's settings allow
/// them.
fn left_open(machine: &Machine<'_>) -> io::Result<Option<Finding>> {
    let text = machine.root.text(SETTINGS)?.unwrap_or_default();
    let Ok(settings) = text.parse::<Table>() else {
        return Ok(Some(Finding::unknown(
            "agent-unreadable",
            SETTINGS,
            "It is not TOML, so the agent does not start with it.",
            "Mend the file.",
        )));
    };
    let calls = settings.get("calls").and_then(Value::as_table);
    let calls = calls.into_iter().flatten();
    let allowed: Vec<&str> = calls
        .filter(|(_, word)| word.as_str() == Some("allowed"))
        .map(|(call, _)| call.as_str())
        .collect();
    Ok((!allowed.is_empty()).then(|| {
        Finding::open(
            "agent-leaves-open",
            SETTINGS,
            format!(
                "The agent's settings allow calls that bring in images of which nothing can be \
                 seen: {}.",
                allowed.join(", ")
            ),
            "Deny those that nobody needs: \"denied\" in [calls].",
        )
    }))
}
