//! What can be wrong with a name, told so that a person can put it right.

use std::fmt;

use crate::Algorithm;

/// Why a name was refused: which part is wrong, and what is expected.
///
/// What is quoted from the name is escaped and cut (see [`Excerpt`]), so that
/// the message is printable and short whatever the name holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no name at all.
    #[error("the name is empty; expected one such as nginx, acme/app:1.2 or ghcr.io/acme/app")]
    Empty,
    /// A character that stands in no name: white space, a control character,
    /// `%`, or a letter that merely looks like a Latin one.
    #[error(
        "the character {} at position {position} is not allowed; names are written with ASCII letters, digits and . _ - / : @",
        Shown(*.character)
    )]
    Character {
        /// The character.
        character: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
    },
    /// 64 hexadecimal digits, which clients read as an image's id.
    #[error(
        "64 hexadecimal digits are the id of an image and not the name of one; to pull by digest, write name@sha256:..."
    )]
    ImageId,
    /// A URL instead of a name.
    #[error("a name has no scheme; write it without {0}")]
    Scheme(&'static str),
    /// What stands where the registry does is no host.
    #[error(
        "{0} is not a registry; expected a host such as ghcr.io, registry.example:5000 or [::1]:5000"
    )]
    Registry(Excerpt),
    /// The grammar reads a path without any registry, because the first
    /// component holds a dot and is yet no host (`a_b.c/app`). Nothing can be
    /// pulled by such a name.
    #[error(
        "{0} looks like a registry but is no host, so the name belongs to no registry; expected a host such as ghcr.io"
    )]
    NoRegistry(Excerpt),
    /// A registry stands alone, or nothing stands before the tag.
    #[error("the repository is missing; expected a path such as library/nginx")]
    MissingPath,
    /// Two slashes in a row, or one at the start or the end.
    #[error(
        "the repository {0} has an empty component; expected single slashes between components"
    )]
    EmptyComponent(Excerpt),
    /// An uppercase letter in a repository's path.
    #[error("the repository {0} has an uppercase letter; repository names are lowercase")]
    Uppercase(Excerpt),
    /// A component of a path that the grammar refuses.
    #[error(
        "the component {0} is malformed; expected lowercase letters and digits, joined by one dot, one or two underscores, or dashes"
    )]
    Component(Excerpt),
    /// A path or a registry that is too long.
    #[error("the {part} has {length} characters; {limit} are allowed")]
    TooLong {
        /// What is too long: "repository" or "registry".
        part: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A malformed tag.
    #[error(
        "the tag {0} is malformed; expected 1 to 128 letters, digits, underscores, dots and dashes, not starting with a dot or a dash"
    )]
    Tag(Excerpt),
    /// A digest without a known algorithm.
    #[error(
        "the digest {0} is malformed; expected sha256:, sha384: or sha512: and hexadecimal digits"
    )]
    Algorithm(Excerpt),
    /// A digest whose digits are too few, too many, or no lowercase
    /// hexadecimal ones.
    #[error(
        "the {algorithm} digest is malformed; expected {} lowercase hexadecimal digits",
        .algorithm.hex_length()
    )]
    Hex {
        /// The algorithm that the digest names.
        algorithm: Algorithm,
    },
    /// A tag or a digest where only a repository can stand.
    #[error("{0} names a tag or a digest; expected a repository alone")]
    UnexpectedTarget(Excerpt),
    /// A wildcard that is not the whole last component of a pattern.
    #[error(
        "{0} has a wildcard in the wrong place; expected * or ** as the whole last component, as in ghcr.io/acme/*"
    )]
    Wildcard(Excerpt),
}

/// A piece of a name, quoted in a message: escaped, and cut after
/// [`Excerpt::LIMIT`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(Box<str>);

impl Excerpt {
    /// The most characters of a name that a message quotes.
    pub const LIMIT: usize = 64;

    pub(crate) fn of(text: &str) -> Self {
        let end = text
            .char_indices()
            .nth(Self::LIMIT)
            .map_or(text.len(), |(index, _)| index);
        let (head, rest) = text.split_at(end);
        let more = if rest.is_empty() { "" } else { "..." };
        Self(format!("\"{}{more}\"", head.escape_default()).into_boxed_str())
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A character by its looks where that is safe, and by its number where the
/// looks deceive.
struct Shown(char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ' ' => f.write_str("space"),
            visible if visible.is_ascii_graphic() => write!(f, "{visible}"),
            other => write!(f, "U+{:04X}", u32::from(other)),
        }
    }
}
