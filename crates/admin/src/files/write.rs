//! Writing a value as YAML, in the order of its shape.

use std::fmt::Write;

use serde_json::Value as Json;

use super::scalar::Kind;
use super::shape::{Need, Shape};

/// A value as a file: fields in the order of the shape, each text on one line,
/// a blank line between what stands at the top.
pub(crate) fn write(value: &Json, shape: &Shape) -> String {
    let mut out = String::new();
    put(&mut out, value, shape, 0);
    out
}

/// Writes what stands below a key or a dash, each line with that indent.
fn put(out: &mut String, value: &Json, shape: &Shape, indent: usize) {
    match (value, shape) {
        (Json::Object(map), Shape::Fields(fields)) => {
            let mut first = true;
            for field in fields.fields {
                let Some(value) = map.get(field.name) else {
                    continue;
                };
                // Sections stand apart; the file's own keys stand together.
                if indent == 0 && !first && !is_heading(value, field.need) {
                    out.push('\n');
                }
                first = false;
                entry(out, field.name, value, &field.shape, indent);
            }
        }
        (Json::Object(map), Shape::Entries(entries)) => {
            for (name, value) in map {
                entry(out, &scalar(name), value, &entries.of, indent);
            }
        }
        (Json::Array(items), Shape::List(list)) => {
            for item in items {
                let start = out.len();
                put(out, item, &list.of, indent + 2);
                // The first line of an item stands behind its dash.
                out.replace_range(start..start + indent + 2, &format!("{:indent$}- ", ""));
            }
        }
        (value, _) => {
            let _ = writeln!(out, "{:indent$}{}", "", inline(value, shape));
        }
    }
}

/// Whether a key at the top is one of those that say what file it is.
fn is_heading(value: &Json, need: Need) -> bool {
    need == Need::Required && value.is_string()
}

fn entry(out: &mut String, name: &str, value: &Json, shape: &Shape, indent: usize) {
    let empty = match value {
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => true,
    };
    // Writing to a text cannot fail.
    let _ = write!(out, "{:indent$}{name}:", "");
    if empty {
        let _ = writeln!(out, " {}", inline(value, shape));
    } else {
        out.push('\n');
        put(out, value, shape, indent + 2);
    }
}

fn inline(value: &Json, shape: &Shape) -> String {
    match (value, shape) {
        (Json::Array(_), _) => "[]".to_owned(),
        (Json::Object(_), _) => "{}".to_owned(),
        // The words of a shape mean themselves.
        (Json::String(word), Shape::Word(_)) => word.clone(),
        (Json::String(text), _) => scalar(text),
        (other, _) => other.to_string(),
    }
}

/// A text as it stands in a file: as it is where every reader of YAML takes it
/// for a text, and else in quotes.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(character),
            other if other.is_alphanumeric() => out.push(other),
            other => {
                let _ = write!(out, "\\U{:08X}", u32::from(other));
            }
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(char::is_alphanumeric);
    let ends = !text.ends_with([' ', ':']);
    let inner = |c: char| c.is_alphanumeric() || " ._-/:*@+=()',;!?%&$~".contains(c);
    // What older readers take for a truth.
    let word = text.to_ascii_lowercase();
    let truth = matches!(word.as_str(), "y" | "n" | "yes" | "no" | "on" | "off");
    begins
        && ends
        && text.chars().all(inner)
        && !text.contains(": ")
        && Kind::of_plain(text) == Kind::Text
        && !truth
        && !looks_like_a_number(text)
}

/// What some reader might take for a number, a moment or sixties: digits with
/// what stands between them.
fn looks_like_a_number(text: &str) -> bool {
    let odd = |c: char| !(c.is_ascii_digit() || "_.:,-+eExXoO".contains(c));
    !text.contains(odd)
}
