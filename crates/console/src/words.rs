//! The policy's words, as people read them on a page, each with the tone of
//! its badge. A page shows an outcome or a category by these alone, so that
//! one thing has one name and one colour everywhere.
#![allow(dead_code, reason = "for the pages that are written next")]

use pullgate_admin::{Actor, Seen};
use pullgate_policy::{Badge, Category, Iam, Mode, Outcome, Permission, Ram, Switch};

/// A word and the tone of its badge: `{{ ui::badge(word.tone, word.text) }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) tone: &'static str,
    pub(crate) text: &'static str,
}

const fn word(tone: &'static str, text: &'static str) -> Word {
    Word { tone, text }
}

/// What became of a pull.
pub(crate) fn outcome(outcome: Outcome) -> Word {
    match outcome {
        Outcome::Allowed => word("good", "Allowed"),
        Outcome::Monitored => word("caution", "Would be denied"),
        Outcome::Denied => word("bad", "Denied"),
    }
}

/// What kind of publisher a repository has.
pub(crate) fn category(category: Category) -> Word {
    match category {
        Category::Organization => word("accent", "Organization image"),
        Category::Official => word("blue", "Docker Official Image"),
        Category::VerifiedPublisher => word("violet", "Verified publisher"),
        Category::SponsoredOss => word("violet", "Docker-Sponsored Open Source"),
        Category::Community => word("", "Community image"),
    }
}

/// Whether members may pull what an owner can allow or restrict.
pub(crate) fn permission(permission: Permission) -> Word {
    match permission {
        Permission::Allowed => word("good", "Allowed"),
        Permission::Restricted => word("bad", "Restricted"),
    }
}

/// Whether something is on.
pub(crate) fn switch(switch: Switch) -> Word {
    match switch {
        Switch::On => word("good", "On"),
        Switch::Off => word("", "Off"),
    }
}

/// Whether denials block.
pub(crate) fn mode(mode: Mode) -> Word {
    match mode {
        Mode::Enforce => word("good", "Enforce"),
        Mode::Monitor => word("caution", "Monitor"),
    }
}

/// What Image Access Management does at this moment.
pub(crate) fn image_access(iam: &Iam) -> Word {
    standing(iam.enabled, iam.mode)
}

/// What Registry Access Management does at this moment.
pub(crate) fn registry_access(ram: &Ram) -> Word {
    standing(ram.enabled, ram.mode)
}

fn standing(enabled: Switch, mode: Mode) -> Word {
    match (enabled, mode) {
        (Switch::Off, _) => word("", "Off"),
        (Switch::On, Mode::Monitor) => word("caution", "Monitoring"),
        (Switch::On, Mode::Enforce) => word("good", "Enforcing"),
    }
}

/// What is known of the images that a pattern names.
pub(crate) fn seen(seen: Seen) -> Word {
    match (seen.category, seen.badge) {
        (None, _) => word("", "Several categories"),
        (Some(Category::Community), Badge::Unknown) => word("", "Not known yet"),
        (Some(known), _) => category(known),
    }
}

/// Who did something.
pub(crate) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person(username) => username.to_string(),
        Actor::CommandLine => "the command line".to_owned(),
        Actor::Invitee => "somebody invited".to_owned(),
        Actor::System => "Pullgate itself".to_owned(),
    }
}

/// Who asked, as a decision names them: `person:mia`, `token:acme/ci`,
/// `anonymous:acme`.
pub(crate) fn subject(subject: &str) -> String {
    match subject.split_once(':') {
        Some(("person", name)) => name.to_owned(),
        Some(("token", name)) => {
            let name = name.split_once('/').map_or(name, |(_, name)| name);
            format!("{name} (token)")
        }
        Some(("anonymous", _)) => "without signing in".to_owned(),
        _ => subject.to_owned(),
    }
}
