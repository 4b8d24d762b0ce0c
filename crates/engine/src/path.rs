//! The path of a call.

use crate::query::unescape;
use crate::refusal::Refusal;

/// A path without its version, decoded, in its parts.
#[derive(Debug)]
pub(crate) struct Path {
    parts: Vec<String>,
}

impl Path {
    /// Reads a path as the Engine's router does: decoded as a whole, so that
    /// an escaped slash is one. A path that is not clean is answered by the
    /// Engine with another address; here it is refused.
    pub(crate) fn read(raw: &str) -> Result<Self, Refusal> {
        let decoded = unescape(raw, '+')
            .filter(|path| !path.contains(char::is_control))
            .ok_or(Refusal::Address)?;
        let whole = decoded.strip_prefix('/').ok_or(Refusal::Address)?;
        let mut parts: Vec<String> = whole.split('/').map(str::to_owned).collect();
        if parts.len() > 1 && is_version(&parts[0]) {
            parts.remove(0);
        }
        if parts
            .iter()
            .any(|part| matches!(part.as_str(), "" | "." | ".."))
        {
            return Err(Refusal::Address);
        }
        Ok(Self { parts })
    }

    /// The first part, all between, and the last: names of images hold
    /// slashes, and only the ends of a path say what it is.
    pub(crate) fn ends(&self) -> (&str, Between<'_>, Option<&str>) {
        match self.parts.as_slice() {
            [] => ("", Between(&[]), None),
            [only] => (only, Between(&[]), None),
            [first, between @ .., last] => (first, Between(between), Some(last)),
        }
    }

    /// As people read it.
    pub(crate) fn shown(&self) -> String {
        format!("/{}", self.parts.join("/"))
    }
}

/// What stands between the first and the last part of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Between<'p>(&'p [String]);

impl Between<'_> {
    /// How many parts it has.
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// The name that it is.
    pub(crate) fn name(self) -> String {
        self.0.join("/")
    }
}

/// `v1.41`: the router takes any digits and dots.
fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    !number.is_empty() && number.bytes().all(plain)
}
