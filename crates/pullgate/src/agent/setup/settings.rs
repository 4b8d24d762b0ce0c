//! The agent's file of settings, as it is made, and as somebody has left it.

use std::fmt::Write;

use pullgate_agent::setup::{CA_FILE, SETTINGS_FILE};
use pullgate_machine::{Owner, Removed, Root};
use toml::{Table, Value};

use super::opened::Opened;
use crate::failure::Failure;
use crate::output;

/// Where somebody else's settings are kept.
const KEPT: &str = "/etc/pullgate/agent.toml.before-pullgate";

/// The text of a new file.
pub(super) fn made(server: &str, has_ca: bool, opened: &[Opened]) -> String {
    let mut text = format!(
        "# Made by pullgate agent setup; docs/agent.md lists the settings.\nserver = \"{server}\"\n"
    );
    if has_ca {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "ca = \"{CA_FILE}\"");
    }
    text.push_str("\n# Ways in for content that cannot be checked.\n[calls]\n");
    for call in Opened::ALL {
        let leave = if opened.contains(&call) {
            "allowed"
        } else {
            "denied"
        };
        let _ = writeln!(text, "{} = \"{leave}\"", call.setting());
    }
    text
}

/// Keeps what somebody has written themselves, before a new file takes its
/// place.
pub(super) fn keep(root: &Root, new: &str) -> Result<(), Failure> {
    let Some(there) = root.text(SETTINGS_FILE)? else {
        return Ok(());
    };
    if there == new || is_as_made(&there) {
        return Ok(());
    }
    root.put(KEPT, there.as_bytes(), 0o644, Owner::ROOT)?;
    output::say(format!(
        "kept {} as {}: somebody had changed it",
        root.shown(SETTINGS_FILE),
        root.shown(KEPT)
    ))
}

/// Takes the file away, and puts back what was kept. What somebody has changed
/// is theirs, and stays.
pub(super) fn take_back(root: &Root) -> Result<Removed, Failure> {
    match root.text(SETTINGS_FILE)? {
        None => return Ok(Removed::NotThere),
        Some(there) if !is_as_made(&there) => {
            output::note(format!(
                "{} is left: somebody has changed it.",
                root.shown(SETTINGS_FILE)
            ));
            return Ok(Removed::NotThere);
        }
        Some(_) => {}
    }
    if let Some(kept) = root.read(KEPT)? {
        root.put(SETTINGS_FILE, &kept, 0o644, Owner::ROOT)?;
        root.remove(KEPT)?;
        output::say(format!("wrote {}", root.shown(SETTINGS_FILE)))?;
    } else {
        root.remove(SETTINGS_FILE)?;
        output::say(format!("removed {}", root.shown(SETTINGS_FILE)))?;
    }
    Ok(Removed::Gone)
}

/// Whether a file is just as it would be made for what it says.
fn is_as_made(text: &str) -> bool {
    let Ok(table) = text.parse::<Table>() else {
        return false;
    };
    let server = table.get("server").and_then(Value::as_str);
    let calls = table.get("calls").and_then(Value::as_table);
    let is_open = |call: &Opened| {
        let word = calls.and_then(|calls| calls.get(call.setting()));
        word.and_then(Value::as_str) == Some("allowed")
    };
    let opened: Vec<Opened> = Opened::ALL.into_iter().filter(is_open).collect();
    let server = server.unwrap_or_default();
    text == made(server, table.contains_key("ca"), &opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_told_from_what_was_made() {
        for (has_ca, opened) in [(false, &[][..]), (true, &[Opened::Build, Opened::MadeHere])] {
            let text = made("https://pullgate.acme.example", has_ca, opened);
            assert!(is_as_made(&text), "{text}");
            for changed in [
                format!("{text}hold = \"8h\"\n"),
                format!("hold = \"8h\"\n{text}"),
                text.replace("# Made by", "# made by"),
                text.replace("denied", "refused"),
                format!("{text}["),
                String::new(),
            ] {
                assert!(!is_as_made(&changed), "{changed}");
            }
        }
    }
}
