//! Values of columns as the types they stand for, and back.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{Deserialize, DeserializeOwned, IntoDeserializer};

use crate::error::StoreError;

/// What a column is part of, for telling that it cannot be read.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    /// What kind of thing.
    pub(crate) what: &'static str,
    /// Whose, or which.
    pub(crate) name: &'p str,
}

impl Place<'_> {
    pub(crate) fn corrupt(self, why: impl Display) -> StoreError {
        StoreError::Corrupt {
            what: self.what,
            name: self.name.to_owned(),
            why: why.to_string(),
        }
    }

    /// A name, an identifier or anything else that is written as its text.
    pub(crate) fn parse<T: FromStr<Err: Display>>(self, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|cause| self.corrupt(cause))
    }

    /// The same, where there may be none.
    pub(crate) fn parse_some<T: FromStr<Err: Display>>(
        self,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.parse(text)).transpose()
    }

    /// A word of an enum.
    pub(crate) fn word<'w, T: Deserialize<'w>>(self, text: &'w str) -> Result<T, StoreError> {
        let word: StrDeserializer<'w, WordError> = text.into_deserializer();
        T::deserialize(word).map_err(|cause| self.corrupt(cause))
    }

    /// A JSON document.
    pub(crate) fn json<T: DeserializeOwned>(self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.corrupt(cause))
    }

    /// The same, where there may be none.
    pub(crate) fn json_some<T: DeserializeOwned>(
        self,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(text)).transpose()
    }

    /// A time in milliseconds.
    pub(crate) fn time(self, milliseconds: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(milliseconds).map_err(|cause| self.corrupt(cause))
    }

    /// The same, where there may be none.
    pub(crate) fn time_some(
        self,
        milliseconds: Option<i64>,
    ) -> Result<Option<Timestamp>, StoreError> {
        milliseconds.map(|time| self.time(time)).transpose()
    }
}

/// Refuses a text that a person has written and that cannot be kept:
/// PostgreSQL keeps no NUL, a list shows no control characters, and nobody
/// writes a novel into a label.
pub(crate) fn check_text(what: &'static str, text: &str, longest: usize) -> Result<(), StoreError> {
    let stray = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(stray) {
        let why = "it has control characters; leave them out";
        return Err(StoreError::Text { what, why });
    }
    if text.chars().nth(longest).is_some() {
        let why = "it is too long; shorten it";
        return Err(StoreError::Text { what, why });
    }
    Ok(())
}
