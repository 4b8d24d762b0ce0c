//! What the forms of a policy say, as choices of the policy.

use pullgate_admin::{PolicyChange, SettingsEdit};
use pullgate_policy::{Mode, Permission, Settings, Switch};

use crate::failure::Failure;
use crate::fields::Fields;

/// A switch. One that is off is in no form that a browser sends.
pub(super) fn switch(fields: &Fields, name: &str) -> Switch {
    Switch::from(fields.text(name) == "on")
}

/// Allowed or restricted; none if the form does not say.
pub(super) fn permission(fields: &Fields, name: &str) -> Option<Permission> {
    [Permission::Allowed, Permission::Restricted]
        .into_iter()
        .find(|permission| permission.as_str() == fields.text(name))
}

/// Enforce or monitor; none if the form does not say.
pub(super) fn mode(fields: &Fields, name: &str) -> Option<Mode> {
    match fields.text(name) {
        "enforce" => Some(Mode::Enforce),
        "monitor" => Some(Mode::Monitor),
        _ => None,
    }
}

/// A mode's word in a form.
pub(super) fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Monitor => "monitor",
    }
}

/// The settings as a form shows them, for the form to carry along.
pub(super) fn was(settings: &Settings) -> String {
    PolicyChange::Settings(SettingsEdit::of(settings)).to_text()
}

/// What of a form is different from what it showed.
pub(super) fn different(fields: &Fields, typed: SettingsEdit) -> Result<SettingsEdit, Failure> {
    match PolicyChange::read(fields.text("was"))? {
        PolicyChange::Settings(before) => Ok(typed.but_for(&before)),
        PolicyChange::Allow(_) | PolicyChange::Disallow(_) => Err(Failure::Forged),
    }
}

/// The version of the settings that a form was made from. One that it does
/// not say is none that there ever was.
pub(super) fn version(fields: &Fields) -> i64 {
    fields.text("version").parse().unwrap_or_default()
}
