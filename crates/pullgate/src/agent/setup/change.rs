//! Making the changes, and taking them back.

use pullgate_agent::Settings;
use pullgate_agent::setup::{CA_FILE, DAEMON_BACKUP, DAEMON_FILE, SETTINGS_FILE, UNIT_FILE};
use pullgate_machine::{Owner, Removed, Root, guarded};

use super::Wanted;
use super::daemon::{Change, Daemon};
use super::engine::{self, Asking};
use super::settings;
use super::systemd::{self, RELOAD, START, STOP, Systemd};
use crate::agent::config::settings_of;
use crate::failure::Failure;
use crate::output;

/// That root alone can change the program which root is about to run.
pub(super) fn is_roots_alone(root: &Root, program: &str) -> Result<(), Failure> {
    let Some(steps) = guarded(root, program, Owner::ROOT)? else {
        if root.is_this_machine() {
            return Err(Failure::usage(format!("there is no {program}"))
                .hint("name where the program is with --program"));
        }
        output::note(format!(
            "The unit runs {program}, which is not on that machine yet."
        ));
        return Ok(());
    };
    let weak = steps
        .iter()
        .find_map(|step| Some((&step.path, step.ways_to_change().next()?)));
    match weak {
        None => Ok(()),
        Some((path, weakness)) => Err(Failure::new(format!(
            "root does not run {program}, which others could change: {path}: {weakness}"
        ))
        .hint(
            "take that right away, or copy the program as root: install -m 0755 pullgate \
             /usr/local/bin/",
        )),
    }
}

/// Makes the changes. The agent answers before the Engine is told to ask it:
/// an agent that does not start leaves the Engine as it was.
pub(super) async fn make(root: &Root, wanted: &[Wanted]) -> Result<(), Failure> {
    let daemon = Daemon::read(root)?;
    let with_plugin = daemon.with_plugin()?;
    for Wanted { path, text } in wanted {
        if *path == SETTINGS_FILE {
            settings::keep(root, text)?;
        }
        root.put(path, text.as_bytes(), 0o644, Owner::ROOT)?;
        output::say(format!("wrote {}", root.shown(path)))?;
    }
    let systemd = Systemd::of(root);
    systemd.carry_out(&START).map_err(|failure| {
        failure.hint(
            "the Docker Engine was not changed; see why with: journalctl -u pullgate-agent, and run \
             this again; or take it back: pullgate agent setup --undo",
        )
    })?;
    if let Some(text) = with_plugin {
        daemon.change(root, &text)?;
        output::say(format!("wrote {}", root.shown(DAEMON_FILE)))?;
    }
    systemd.carry_out(&RELOAD)?;
    if systemd == Systemd::Away {
        systemd::left(root, &[&START[..], &RELOAD].concat());
        return Ok(());
    }
    if !systemd::engine_runs()? {
        output::note("The Docker Engine does not run; it asks the agent from its next start on.");
        return Ok(());
    }
    engine::wait(&agent(root)?, Asking::Begins).await?;
    output::say("The Docker Engine asks the agent before each call.")
}

/// Takes them back. The Engine comes first: it denies everything while the
/// agent that it asks is gone.
pub(super) async fn take_back(root: &Root) -> Result<(), Failure> {
    let daemon = Daemon::read(root)?;
    let settings = agent(root)?;
    let has_unit = root.seen(UNIT_FILE)?.is_some();
    let change = daemon.undoing(root)?;
    let mut did_nothing = change == Change::None;
    match change {
        Change::None => {}
        Change::Write(text) => {
            daemon.put(root, DAEMON_FILE, &text)?;
            output::say(format!("wrote {}", root.shown(DAEMON_FILE)))?;
        }
        Change::Remove => remove(root, DAEMON_FILE).map(drop)?,
    }
    let systemd = Systemd::of(root);
    if has_unit {
        systemd.carry_out(&RELOAD)?;
        if systemd == Systemd::Here && systemd::engine_runs()? {
            engine::wait(&settings, Asking::Ends).await?;
        }
        systemd.carry_out(&STOP)?;
    }
    for path in [DAEMON_BACKUP, UNIT_FILE, CA_FILE] {
        did_nothing &= remove(root, path)? == Removed::NotThere;
    }
    did_nothing &= settings::take_back(root)? == Removed::NotThere;
    root.remove_empty("/etc/pullgate")?;
    did_nothing &= forget(root, &settings)? == Removed::NotThere;
    if did_nothing {
        return output::say("Nothing was set up here; nothing was changed.");
    }
    match systemd {
        Systemd::Here => systemd.carry_out(&["systemctl daemon-reload"]),
        Systemd::Away => {
            systemd::left(root, &[&RELOAD[..], &STOP].concat());
            Ok(())
        }
    }
}

/// The settings of the agent that is set up there, or what they are by default.
fn agent(root: &Root) -> Result<Settings, Failure> {
    Ok(settings_of(&root.text(SETTINGS_FILE)?.unwrap_or_default()))
}

fn remove(root: &Root, path: &str) -> Result<Removed, Failure> {
    let removed = root.remove(path)?;
    if removed == Removed::Gone {
        output::say(format!("removed {}", root.shown(path)))?;
    }
    Ok(removed)
}

/// Removes the sessions, and what was seen of images. Decisions of which the
/// server was not told yet are nobody's to lose.
fn forget(root: &Root, settings: &Settings) -> Result<Removed, Failure> {
    let state = settings.state.display();
    let sessions = remove(root, &format!("{state}/sessions.json"))?;
    remove(root, &format!("{state}/origins"))?;
    root.remove_empty(&format!("{state}/reports"))?;
    let folder = root.remove_empty(&state.to_string())?;
    if root.seen(&state.to_string())?.is_some() {
        output::note(format!(
            "{} is left: it holds decisions that the server was not told of.",
            root.shown(&state.to_string())
        ));
    }
    Ok(if folder == Removed::Gone {
        folder
    } else {
        sessions
    })
}
