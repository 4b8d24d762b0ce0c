//! What a page says once about what was just done.
//!
//! A form that has done its work leads to a page, and what it has to say
//! travels there in a cookie that the page takes away. Pages show it as text.

use std::time::Duration;

use http::HeaderMap;

use crate::client::Way;
use crate::cookies::Cookie;

/// As long as following a redirect may take.
const LASTS: Duration = Duration::from_mins(1);

/// The most characters that are carried.
const LONGEST: usize = 600;

/// A message about what was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    /// How it ended.
    pub(crate) tone: Tone,
    /// What happened.
    pub(crate) text: String,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It was done.
    Done,
    /// It was not.
    Problem,
}

impl Flash {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            tone: Tone::Done,
            text,
        }
    }

    pub(crate) fn problem(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            tone: Tone::Problem,
            text,
        }
    }

    /// Whether it was done.
    pub(crate) fn is_done(&self) -> bool {
        self.tone == Tone::Done
    }

    /// Sends it along to the next page.
    pub(crate) fn send(&self, headers: &mut HeaderMap, way: Way) {
        let tone = match self.tone {
            Tone::Done => 'd',
            Tone::Problem => 'p',
        };
        let text: String = self.text.chars().take(LONGEST).collect();
        Cookie::Flash.set(headers, way, &format!("{tone}{text}"), LASTS);
    }

    /// The one that a request brings.
    pub(crate) fn read(headers: &HeaderMap, way: Way) -> Option<Self> {
        let value = Cookie::Flash.read(headers, way)?;
        let mut letters = value.chars();
        let tone = match letters.next()? {
            'd' => Tone::Done,
            'p' => Tone::Problem,
            _ => return None,
        };
        let text = letters.take(LONGEST).collect();
        Some(Self { tone, text })
    }
}
