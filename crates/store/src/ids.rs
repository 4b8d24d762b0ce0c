//! Identifiers: version 7 UUIDs, so that a later one sorts after an earlier.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub(crate) fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier as a UUID.
            pub fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id_type! {
    /// Which person. Stays the same whatever else changes.
    PersonId
}
id_type! {
    /// Which access token; not the token itself, and no secret.
    TokenId
}
id_type! {
    /// Which exception.
    ExceptionId
}
id_type! {
    /// Which session of the console; not its secret.
    SessionId
}
id_type! {
    /// Which request for access.
    RequestId
}
id_type! {
    /// Which invite; not its secret.
    InviteId
}

/// What has a number of its own and is known by a UUID, too: always the same
/// one for the same thing. Sorts by when it was made, as the others do.
pub(crate) fn numbered(kind: u8, number: i64, made_at: Timestamp) -> Uuid {
    let mut rest = [0; 10];
    rest[1] = kind;
    rest[2..].copy_from_slice(&number.to_be_bytes());
    let milliseconds = u64::try_from(made_at.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &rest).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_things_have_lasting_identifiers_of_their_own() {
        let at: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
        let one = numbered(1, 7, at);
        assert_eq!(one, numbered(1, 7, at));
        assert_eq!(one.get_version_num(), 7);
        for other in [
            numbered(2, 7, at),
            numbered(1, 8, at),
            numbered(1, 7 + (1 << 40), at),
        ] {
            assert_ne!(one, other);
        }
    }
}
