//! JSON as Go's `encoding/json` matches it to fields.
//!
//! A key names a field in any case, by Unicode's simple folding: the Kelvin
//! sign is a `k` and the long s an `s`. Of several keys for one field the last
//! wins, and for a nested object they are merged: here that is refused, for
//! nobody who means well sends it, and Go itself is about to read it in
//! another way.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::refusal::Refusal;

/// A value, with all the keys that an object really has.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    /// A number, true or false.
    Plain,
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The body of a call: one object, and nothing after it.
    pub(crate) fn body(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(value @ Self::Object(_)) => Ok(value),
            Ok(_) => Err(Refusal::Body("it is no object".to_owned())),
            Err(error) => Err(Refusal::Body(error.to_string())),
        }
    }

    /// The field of an object; none if there is no such key, or its value is
    /// null, which Go takes for absent.
    pub(crate) fn field(&self, name: &str) -> Result<Option<&Self>, Refusal> {
        let Self::Object(keys) = self else {
            return Err(Refusal::Body(format!("{name} stands in no object")));
        };
        let mut found = keys.iter().filter(|(key, _)| folds_to(key, name));
        let value = found.next().map(|(_, value)| value);
        if found.next().is_some() {
            return Err(Refusal::Twice(name.to_owned()));
        }
        Ok(value.filter(|value| !matches!(value, Self::Null)))
    }

    /// The field of an object, which is a text; empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Refusal> {
        match self.field(name)? {
            None => Ok(""),
            Some(Self::Text(text)) => Ok(text),
            Some(_) => Err(Refusal::Body(format!("{name} is no text"))),
        }
    }

    /// The field of an object, which is a list; empty if it is not there.
    pub(crate) fn list(&self, name: &str) -> Result<&[Self], Refusal> {
        match self.field(name)? {
            None => Ok(&[]),
            Some(Self::List(values)) => Ok(values),
            Some(_) => Err(Refusal::Body(format!("{name} is no list"))),
        }
    }
}

/// Whether a key names this field of ASCII letters.
fn folds_to(key: &str, name: &str) -> bool {
    let folded = key.chars().map(|letter| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        letter => letter.to_ascii_lowercase(),
    });
    folded.eq(name.chars().map(|letter| letter.to_ascii_lowercase()))
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = object.next_entry()? {
            keys.push(key);
        }
        Ok(Value::Object(keys))
    }
}
