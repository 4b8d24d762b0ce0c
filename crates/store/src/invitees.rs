//! Whom an invite is for.

use std::fmt;
use std::str::FromStr;

use pullgate_policy::Username;

/// The most characters of an e-mail address (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;

/// Whom an invite is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Invitee {
    /// Whoever has this e-mail address.
    Email(EmailAddress),
    /// The person of this name, who may have no account yet.
    Username(Username),
}

/// An e-mail address, as far as it can be told from its text: something on
/// both sides of one `@`, and nothing that would end it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// A text that is neither an e-mail address nor a user name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an e-mail address nor a user name")]
pub struct InvalidInvitee(String);

impl EmailAddress {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn read(text: &str) -> Option<Self> {
        let stray = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"')
        };
        let (before, after) = text.split_once('@')?;
        let whole = !before.is_empty()
            && !after.is_empty()
            && !after.contains('@')
            && !text.contains(stray)
            && text.len() <= LONGEST;
        whole.then(|| Self(text.to_owned()))
    }
}

impl Invitee {
    /// The address or the name, as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Username(name) => name.as_str(),
        }
    }
}

impl FromStr for Invitee {
    type Err = InvalidInvitee;

    fn from_str(text: &str) -> Result<Self, InvalidInvitee> {
        // No name has an @.
        let read = if text.contains('@') {
            EmailAddress::read(text).map(Self::Email)
        } else {
            text.parse().ok().map(Self::Username)
        };
        read.ok_or_else(|| InvalidInvitee(text.chars().take(LONGEST).collect()))
    }
}

impl fmt::Display for Invitee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitee_is_an_address_or_a_name() {
        for text in ["mia@example.com", "Mia+x@b", "mia", "m.i-a_9"] {
            let invitee: Invitee = text.parse().unwrap();
            assert_eq!(invitee.to_string(), text);
            assert_eq!(matches!(invitee, Invitee::Email(_)), text.contains('@'));
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "@",
            "mia@",
            "@example.com",
            "a@b@c",
            "mia @example.com",
            "Mia",
            "mia\u{0}@b",
            "a@b,c@d",
            "<a@b>",
            "a@b\n",
            &long,
        ] {
            assert!(text.parse::<Invitee>().is_err(), "{text:?}");
        }
    }
}
