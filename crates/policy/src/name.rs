//! Names of organizations, teams and people.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest name, in characters.
const MAX_LENGTH: usize = 64;

/// A name that breaks the rules for names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind} name {given:?} is not valid: use 1 to {MAX_LENGTH} lowercase letters, digits, '.', '_' and '-', \
     beginning with a letter or a digit"
)]
pub struct InvalidName {
    kind: &'static str,
    given: String,
}

fn check(kind: &'static str, given: &str) -> Result<Arc<str>, InvalidName> {
    let bytes = given.as_bytes();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let valid = (1..=MAX_LENGTH).contains(&bytes.len())
        && plain(bytes[0])
        && bytes
            .iter()
            .all(|&byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'));
    if valid {
        Ok(given.into())
    } else {
        Err(InvalidName {
            kind,
            given: given.chars().take(MAX_LENGTH + 1).collect(),
        })
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        ///
        /// Lowercase, so that two spellings cannot be two of them.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(given: &str) -> Result<Self, InvalidName> {
                check($kind, given).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(given: String) -> Result<Self, InvalidName> {
                given.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, formatter)
            }
        }
    };
}

name_type! {
    /// The name of an organization: the people who share one policy.
    OrganizationName, "organization"
}
name_type! {
    /// The name of a team of an organization.
    TeamName, "team"
}
name_type! {
    /// The name by which a person signs in.
    Username, "user"
}
