//! The words that are typed for a choice: the same that are shown.

use clap::ValueEnum;
use pullgate_policy::{Mode, Outcome, Permission, Role, Switch};
use serde::Serialize;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident for $target:ty { $($(#[$variant_doc:meta])* $variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        pub(crate) enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl From<$name> for $target {
            fn from(choice: $name) -> Self {
                match choice {
                    $($name::$variant => Self::$variant),+
                }
            }
        }
    };
}

choice! {
    /// A switch.
    OnOff for Switch { On, Off }
}
choice! {
    /// What an owner says of a category or of Docker Hub.
    Allowance for Permission { Allowed, Restricted }
}
choice! {
    /// Whether denials block, or are only recorded.
    Blocking for Mode { Enforce, Monitor }
}
choice! {
    /// A role in an organization.
    RoleChoice for Role { Owner, Member }
}
choice! {
    /// How a decision ended.
    OutcomeChoice for Outcome { Allowed, Monitored, Denied }
}

/// What a team's members may pull of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Addition {
    /// Allowed for the team, whatever the organization says
    Allowed,
    /// As the organization says
    Inherit,
}

/// The word for one of the policy's choices, as it is typed and stored.
pub(super) fn word(choice: impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}
