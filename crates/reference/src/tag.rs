use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use crate::{Excerpt, NameError, grammar};

static LATEST: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("latest"));

/// A tag, such as `1.25-alpine`: 1 to 128 letters, digits, `_`, `.` and `-`,
/// starting with neither a dot nor a dash. Upper and lower case differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Arc<str>);

impl Tag {
    /// `latest`, which a name without a tag and a digest means.
    pub fn latest() -> Self {
        Self(Arc::clone(&LATEST))
    }

    /// Reads a tag, without the colon that stands before it in a reference.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if grammar::is_tag(text) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(NameError::Tag(Excerpt::of(text)))
        }
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
