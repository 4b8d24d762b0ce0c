//! The policy's words, as people read them on a page, each with the tone of
//! its badge. A page shows an outcome or a category by these alone, so that
//! one thing has one name and one colour everywhere.
#![allow(dead_code, reason = "for the pages that are written next")]

use pullgate_admin::{Actor, Seen};
use pullgate_policy::{Badge, Category, Iam, Mode, Outcome, Permission, Ram, Rule, Switch};

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

/// All categories, in the order of the rules.
pub(crate) const CATEGORIES: [Category; 5] = [
    Category::Organization,
    Category::Official,
    Category::VerifiedPublisher,
    Category::SponsoredOss,
    Category::Community,
];

/// All outcomes, from mild to strict.
pub(crate) const OUTCOMES: [Outcome; 3] = [Outcome::Allowed, Outcome::Monitored, Outcome::Denied];

/// All rules, in the order in which they are asked.
pub(crate) const RULES: [Rule; 14] = [
    Rule::NotSignedIn,
    Rule::NoOrganization,
    Rule::PolicyUnavailable,
    Rule::TokenResources,
    Rule::Owner,
    Rule::Registry,
    Rule::Disabled,
    Rule::OrganizationImage,
    Rule::Allowlist,
    Rule::Exception,
    Rule::Official,
    Rule::VerifiedPublisher,
    Rule::SponsoredOss,
    Rule::Community,
];

/// What a rule is called.
pub(crate) fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::NotSignedIn => "Not signed in",
        Rule::NoOrganization => "No organization",
        Rule::PolicyUnavailable => "Policy not available",
        Rule::TokenResources => "Token's repositories",
        Rule::Owner => "Owner",
        Rule::Registry => "Registry not listed",
        Rule::Disabled => "Image access is off",
        Rule::OrganizationImage => "Organization image",
        Rule::Allowlist => "Allowlist",
        Rule::Exception => "Exception",
        Rule::Official => "Official images",
        Rule::VerifiedPublisher => "Verified publishers",
        Rule::SponsoredOss => "Sponsored open source",
        Rule::Community => "Community images",
    }
}

/// Why a rule decides.
pub(crate) fn why(rule: Rule) -> &'static str {
    match rule {
        Rule::NotSignedIn => "Who has not signed in pulls nothing.",
        Rule::NoOrganization => {
            "Who belongs to no organization pulls nothing: no policy says that they may."
        }
        Rule::PolicyUnavailable => {
            "The policy could not be read or confirmed, and what cannot be decided is denied."
        }
        Rule::TokenResources => "The access token is bounded to other repositories.",
        Rule::Owner => "Owners may pull everything, whatever the settings are.",
        Rule::Registry => {
            "Registry Access Management is on and does not list the image's registry."
        }
        Rule::Disabled => "Image Access Management was off, so everything was allowed.",
        Rule::OrganizationImage => {
            "The image lies in a namespace of the organization, and its own images are always allowed."
        }
        Rule::Allowlist => "The allowlist, or a team's addition to it, names the image.",
        Rule::Exception => "An exception that had not ended covered the image.",
        Rule::Official => "The switch for Docker Official Images decided.",
        Rule::VerifiedPublisher => "The switch for verified publishers decided.",
        Rule::SponsoredOss => "The switch for Docker-Sponsored Open Source decided.",
        Rule::Community => {
            "Community images, and all that could not be classified, are always restricted."
        }
    }
}
