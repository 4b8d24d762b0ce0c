//! Whether the Engine asks Pullgate before it does something.

use std::io;

use toml::{Table, Value};

use super::check::{Findings, Machine};
use super::engine::Engine;
use super::engine_pulls::direct;
use super::finding::{Finding, Verdict};
use super::running::{Asks, EngineSaid, PluginHeard};
use super::units;
use crate::root::Kind;

/// The plugin's name.
const PLUGIN: &str = "pullgate";

/// Where the agent listens for the Engine.
pub const PLUGIN_SOCKET: &str = "/run/docker/plugins/pullgate.sock";

/// The agent's settings, and its unit.
pub(super) const SETTINGS: &str = "/etc/pullgate/agent.toml";
pub(super) const AGENT_UNIT: &str = "pullgate-agent.service";

const SET_UP: &str = "Set the agent up: pullgate agent setup --apply";

/// Who decides about what the Engine brings in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deciding {
    /// The agent, as far as can be seen.
    Agent,
    /// Nobody.
    Nobody,
}

pub(super) fn check(machine: &Machine<'_>) -> Findings {
    let engine = Engine::of(machine)?;
    if !engine.is_there {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    for start in &engine.starts {
        if let Some(why) = &start.unreadable {
            let found = Finding::unknown(
                "daemon-json-unreadable",
                start.file.clone(),
                format!("It cannot be read: {why}. dockerd does not start with it."),
                "Mend the file.",
            );
            if !findings.contains(&found) {
                findings.push(found);
            }
        }
    }
    let asking = asking(machine, &engine)?;
    let is_told = asking.iter().all(|found| found.name != "plugin-missing");
    findings.extend(asking);
    if is_told {
        findings.push(Finding::note(
            "builds-unseen",
            "docker build",
            "The Engine does not tell a plugin which images a build begins with (FROM), so the \
             agent denies builds unless its settings allow them.",
            "Leave build denied where nobody needs it: \"denied\" in [calls].",
        ));
        findings.extend(newer(machine, &engine));
        findings.extend(left_open(machine)?);
    }
    Ok(findings)
}

/// Who decides about what the Engine brings in.
pub(super) fn deciding(machine: &Machine<'_>, engine: &Engine) -> io::Result<Deciding> {
    let asking = asking(machine, engine)?;
    let is_held = |found: &Finding| matches!(found.verdict, Verdict::Holds | Verdict::Note);
    Ok(if asking.iter().all(is_held) {
        Deciding::Agent
    } else {
        Deciding::Nobody
    })
}

/// Whether the Engine asks the agent: as it is told, as the agent answers, and
/// as it did when it was tried.
fn asking(machine: &Machine<'_>, engine: &Engine) -> Findings {
    let named = |told: &&super::engine::Told| told.value == PLUGIN;
    let mut place = None;
    for start in &engine.starts {
        let Some(told) = start.plugins.iter().find(named) else {
            return Ok(vec![Finding::open(
                "plugin-missing",
                start.file.clone(),
                "The Docker Engine is not told to ask anybody: who may talk to it pulls and runs \
                 any image that it can reach, and imports images from files.",
                SET_UP,
            )]);
        };
        place.get_or_insert(told.place.clone());
    }
    let place = place.unwrap_or_default();
    let Some(running) = machine.running else {
        return in_image(machine, place);
    };
    if let Some(why) = no_socket(machine)? {
        return Ok(vec![away(&place, &why)]);
    }
    match &running.plugin {
        PluginHeard::Answer => {}
        PluginHeard::Nothing(why) => return Ok(vec![away(&place, why)]),
        PluginHeard::Unasked(why) => {
            return Ok(vec![Finding::unknown(
                "plugin-unasked",
                PLUGIN_SOCKET,
                format!("Whether the agent answers could not be asked: {why}."),
                "Run it again with sudo.",
            )]);
        }
    }
    let mut findings = Vec::new();
    for heard in &running.engines {
        let socket = heard.socket.clone();
        findings.extend(match &heard.said {
            Err(why) => Some(Finding::unknown(
                "engine-silent",
                socket,
                format!("The Docker Engine does not say whether it asks the agent: {why}."),
                "See what it does: journalctl -u docker",
            )),
            Ok(said) => match &said.asks {
                Asks::Agent => None,
                Asks::Nobody => Some(Finding::open(
                    "plugin-not-loaded",
                    socket,
                    format!(
                        "{place} names the plugin, and the Docker Engine that runs does not ask \
                         it: it was tried."
                    ),
                    "Have it read its configuration: systemctl reload docker",
                )),
                Asks::Unclear(why) => Some(Finding::unknown(
                    "engine-silent",
                    socket,
                    format!("It cannot be told whether the Docker Engine asks the agent: {why}."),
                    "See what it does: journalctl -u docker",
                )),
            },
        });
    }
    if findings.is_empty() {
        let tried = if running.engines.is_empty() {
            "will ask Pullgate's agent, which answers; it does not run now."
        } else {
            "asks Pullgate's agent before it pulls or runs an image: it was tried."
        };
        findings.push(Finding::holds(
            "plugin",
            place,
            format!("The Docker Engine {tried}"),
        ));
    }
    Ok(findings)
}

/// In an image nothing runs: what can be seen is whether the agent will.
fn in_image(machine: &Machine<'_>, place: String) -> Findings {
    if units::files(machine.root, AGENT_UNIT)?.is_empty() {
        let why = format!("there is no unit {AGENT_UNIT} that would start the agent");
        return Ok(vec![away(&place, &why)]);
    }
    Ok(vec![Finding::note(
        "plugin-untried",
        place,
        "The Docker Engine is told to ask Pullgate's agent. Whether it does is seen on the \
         machine when it runs.",
        "Look again there: pullgate doctor",
    )])
}

fn away(place: &str, why: &str) -> Finding {
    Finding::open(
        "plugin-away",
        PLUGIN_SOCKET,
        format!(
            "{place} names the plugin, and no agent answers: {why}. An Engine that runs denies \
             every call, until somebody takes the plugin out of its configuration."
        ),
        "Start the agent: systemctl enable --now pullgate-agent",
    )
}

/// Why what is at the place of the agent's socket cannot be one; nothing if it
/// can.
fn no_socket(machine: &Machine<'_>) -> io::Result<Option<String>> {
    Ok(match machine.root.seen(PLUGIN_SOCKET)? {
        None => Some("nothing is there".to_owned()),
        Some(seen) if seen.kind != Kind::Socket => Some("what is there is no socket".to_owned()),
        Some(seen) if seen.uid != machine.owner.uid => Some(format!(
            "the socket belongs to {}",
            machine.people.user(seen.uid)
        )),
        Some(_) => None,
    })
}

/// What newer Engines do without a plugin, by what those say that run.
fn newer(machine: &Machine<'_>, engine: &Engine) -> Vec<Finding> {
    let said: Vec<(&str, &EngineSaid)> = machine
        .running
        .into_iter()
        .flat_map(|running| &running.engines)
        .filter_map(|heard| Some((heard.socket.as_str(), heard.said.as_ref().ok()?)))
        .collect();
    let mut findings = Vec::new();
    for (socket, said) in said.into_iter().filter(|(_, said)| said.is_from(29, 2)) {
        let version = &said.version;
        for (name, what, hole) in [
            (
                "build-service",
                format!(
                    "Engine {version} serves BuildKit's builds on its socket without asking a \
                     plugin (29.2 and later do)"
                ),
                ": a build brings in any image that its FROM names.",
            ),
            (
                "engine-http2",
                format!(
                    "Engine {version} speaks HTTP/2 without encryption (29.2 and later do), where \
                     a header can be sent twice, so that a form hides behind a pull of another \
                     image"
                ),
                ".",
            ),
        ] {
            findings.push(match direct(machine, engine) {
                None => Finding::note(
                    name,
                    socket,
                    format!("{what}. It reaches no registry but the gateway, which decides."),
                    "Leave that closed.",
                ),
                Some(_) => Finding::open(
                    name,
                    socket,
                    format!("{what}{hole}"),
                    "Close its own way to registries: pullgate client-config docker \
                     --close-direct --apply",
                ),
            });
        }
    }
    findings
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
