//! The lexical rules of the reference grammar, one function each.
//!
//! Source: `regexp.go` and `reference.go` of
//! <https://github.com/distribution/reference>.

use crate::{Excerpt, NameError};

/// The most characters of a repository's path. The reference implementation
/// counts the path alone, without the registry.
pub(crate) const MAX_PATH: usize = 255;

/// Refuses any character that stands in no name.
pub(crate) fn check_characters(name: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@[]+".contains(c);
    match name.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        None => Ok(()),
        Some((index, character)) => Err(NameError::Character {
            character,
            position: index + 1,
        }),
    }
}

/// Whether a first component is meant as a registry. It need not be a
/// well-formed one.
pub(crate) fn is_meant_as_registry(component: &str) -> bool {
    component == "localhost"
        || component
            .bytes()
            .any(|b| b == b'.' || b == b':' || b.is_ascii_uppercase())
}

/// Whether the first component of a path on a gateway names a registry there.
/// In a path an uppercase letter is a mistake, and makes no registry of it.
pub(crate) fn names_registry(component: &str) -> bool {
    component == "localhost" || component.contains(['.', ':'])
}

/// Splits `host[:port]`, where `host` may be a bracketed IPv6 address; `None`
/// if it is malformed.
pub(crate) fn split_host(registry: &str) -> Option<(&str, Option<&str>)> {
    let end = if registry.starts_with('[') {
        registry.find(']')? + 1
    } else {
        registry.find(':').unwrap_or(registry.len())
    };
    let (host, rest) = registry.split_at(end);
    let port = match rest.strip_prefix(':') {
        Some(port) if is_digits(port) => Some(port),
        None if rest.is_empty() => None,
        _ => return None,
    };
    is_host(host).then_some((host, port))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    }
    host.split('.').all(|label| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Checks a path: one or more components with single slashes between them,
/// and not too long.
pub(crate) fn check_path(path: &str) -> Result<(), NameError> {
    if path.is_empty() {
        return Err(NameError::MissingPath);
    }
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(NameError::Uppercase(Excerpt::of(path)));
    }
    for component in path.split('/') {
        if component.is_empty() {
            return Err(NameError::EmptyComponent(Excerpt::of(path)));
        }
        if !is_component(component) {
            return Err(NameError::Component(Excerpt::of(component)));
        }
    }
    check_length(path)
}

/// Refuses a path that is too long.
pub(crate) fn check_length(path: &str) -> Result<(), NameError> {
    if path.len() > MAX_PATH {
        return Err(NameError::TooLong {
            part: "repository",
            length: path.len(),
            limit: MAX_PATH,
        });
    }
    Ok(())
}

/// Whether a text is one component of a path: lowercase letters and digits,
/// in runs that are joined by `.`, `_`, `__` or dashes.
pub(crate) fn is_component(text: &str) -> bool {
    let is_plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(is_plain)
        && bytes.last().is_some_and(is_plain)
        && bytes.split(is_plain).all(|separator| {
            matches!(separator, b"." | b"_" | b"__") || separator.iter().all(|b| *b == b'-')
        })
}

/// Whether a text is a tag: a word character, then up to 127 word characters,
/// dots and dashes.
pub(crate) fn is_tag(text: &str) -> bool {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let bytes = text.as_bytes();
    bytes.len() <= 128
        && bytes.first().is_some_and(is_word)
        && bytes.iter().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}
