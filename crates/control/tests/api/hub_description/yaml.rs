//! YAML as JSON, as far as a description of an API needs it.

use std::fs;
use std::path::Path;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Reads a file with one document and no aliases.
pub(super) fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()));
    let mut events = Parser::new_from_str(&text).filter_map(|event| match event.unwrap().0 {
        Event::StreamStart | Event::DocumentStart(..) => None,
        event => Some(event),
    });
    let first = events.next().unwrap();
    node(first, &mut events)
}

fn node<'a>(event: Event<'a>, rest: &mut impl Iterator<Item = Event<'a>>) -> Value {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, ..) => plain(&text),
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut entries = Vec::new();
            loop {
                match rest.next().unwrap() {
                    Event::SequenceEnd => return Value::Array(entries),
                    event => entries.push(node(event, rest)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut fields = Map::new();
            loop {
                let name = match rest.next().unwrap() {
                    Event::MappingEnd => return Value::Object(fields),
                    Event::Scalar(name, ..) => name.into_owned(),
                    other => panic!("a name was expected, not {other:?}"),
                };
                let value = rest.next().unwrap();
                fields.insert(name, node(value, rest));
            }
        }
        other => panic!("{other:?} is not read here"),
    }
}

/// What is not in quotes may be more than text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        text => match serde_json::from_str(text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
            _ => Value::String(text.to_owned()),
        },
    }
}
