//! The policy's words, as people read them on a page, each with the tone of
//! its badge. A page shows an outcome or a category by these alone, so that
//! one thing has one name and one colour everywhere.
#![allow(dead_code, reason = "for the pages that are written next")]

use pullgate_policy::{Category, Outcome, Permission};

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
