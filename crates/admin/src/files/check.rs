//! A tree held against a shape.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::complaint::{Complaint, Place};
use super::names::Name;
use super::scalar::Kind;
use super::shape::{Distinct, Entries, Fields, Group, List, Need, Shape};
use super::yaml::{Content, Key, Node};

/// The most complaints about one file.
const MOST: usize = 20;

/// What stands in the tree, in canonical spelling, or all that is wrong with
/// it.
pub(super) fn check(tree: &Node, shape: &Shape) -> Result<Json, Vec<Complaint>> {
    let mut checking = Checking::default();
    let json = checking.value("the file", tree, shape);
    let mut complaints = checking.complaints;
    if complaints.is_empty() {
        return Ok(json);
    }
    complaints.sort_by_key(|complaint| (complaint.place.line, complaint.place.column));
    complaints.truncate(MOST);
    Err(complaints)
}

#[derive(Default)]
struct Checking {
    complaints: Vec<Complaint>,
}

impl Checking {
    fn complain(&mut self, place: Place, message: impl Into<String>) -> Json {
        // No more are told; those at the beginning come first.
        if self.complaints.len() < 10 * MOST {
            self.complaints.push(Complaint::new(place, message));
        }
        Json::Null
    }

    /// What stands there; null after a complaint.
    fn value(&mut self, at: &str, node: &Node, shape: &Shape) -> Json {
        match shape {
            Shape::Word(words) => self.word(at, node, words),
            Shape::Text { least, most } => self.text(at, node, *least, *most),
            Shape::Name(name) => self.name(at, node, name),
            Shape::List(list) => self.list(at, node, list),
            Shape::Fields(fields) => self.fields(at, node, fields),
            Shape::Entries(entries) => self.entries(at, node, entries),
        }
    }

    fn word(&mut self, at: &str, node: &Node, words: &[&str]) -> Json {
        let expected = one_of(words);
        match &node.content {
            Content::Scalar(Kind::Text, word) if words.contains(&&**word) => {
                Json::String(word.clone())
            }
            Content::Scalar(Kind::Null, _) => self.complain(
                node.place,
                format!("there is nothing after {at}; expected {expected}"),
            ),
            Content::Scalar(_, word) => self.complain(
                node.place,
                format!("{at} cannot be {}; expected {expected}", quoted(word)),
            ),
            other => self.complain(
                node.place,
                format!("{at} is {}; expected {expected}", kind(other)),
            ),
        }
    }

    fn text(&mut self, at: &str, node: &Node, least: usize, most: usize) -> Json {
        let Some(text) = self.string(at, node) else {
            return Json::Null;
        };
        let length = text.trim().chars().count();
        let stray = |c: char| c.is_control() && c != '\n' && c != '\t';
        if text.contains(stray) {
            self.complain(
                node.place,
                format!("{at} has control characters; leave them out"),
            )
        } else if length < least {
            self.complain(node.place, format!("{at} is empty; say something"))
        } else if text.chars().count() > most {
            self.complain(
                node.place,
                format!("{at} has more than {most} characters; shorten it"),
            )
        } else {
            Json::String(text.to_owned())
        }
    }

    fn name(&mut self, at: &str, node: &Node, name: &Name) -> Json {
        let Some(text) = self.string(at, node) else {
            return Json::Null;
        };
        self.read(node.place, text, name)
            .map_or(Json::Null, Json::String)
    }

    fn read(&mut self, place: Place, text: &str, name: &Name) -> Option<String> {
        match (name.read)(text) {
            Ok(name) => Some(name),
            Err(why) => {
                self.complain(
                    place,
                    format!("{} is no {}: {why}", quoted(text), name.what),
                );
                None
            }
        }
    }

    /// A scalar that is meant as a text.
    fn string<'n>(&mut self, at: &str, node: &'n Node) -> Option<&'n str> {
        match &node.content {
            Content::Scalar(Kind::Text, text) => return Some(text),
            Content::Scalar(Kind::Null, _) => self.complain(
                node.place,
                format!("there is nothing after {at}; write a text, or leave it out"),
            ),
            Content::Scalar(_, word) => self.complain(
                node.place,
                format!(
                    "{at} is a text, and {word} without quotes is none; write {}",
                    quoted(word)
                ),
            ),
            other => self.complain(
                node.place,
                format!("{at} is {}; expected a text", kind(other)),
            ),
        };
        None
    }

    fn list(&mut self, at: &str, node: &Node, list: &List) -> Json {
        let Content::List(items) = &node.content else {
            let empty = if list.least == 0 {
                "[] for none"
            } else {
                "one"
            };
            return self.complain(
                node.place,
                match &node.content {
                    Content::Scalar(Kind::Null, _) => {
                        format!("there is nothing after {at}; expected a list, {empty}")
                    }
                    other => format!("{at} is {}; expected a list", kind(other)),
                },
            );
        };
        if items.len() < list.least {
            self.complain(
                node.place,
                format!("{at} is empty; it needs at least one item"),
            );
        }
        if items.len() > list.most {
            self.complain(
                items[list.most].place,
                format!(
                    "{at} has {} items, and {} are allowed; this is one too many",
                    items.len(),
                    list.most
                ),
            );
        }
        let mut read = Vec::with_capacity(items.len());
        let mut lines = HashMap::new();
        for item in items {
            let json = self.value(&format!("an item of {at}"), item, &list.of);
            let same = match list.distinct {
                Distinct::No => None,
                Distinct::Whole => Some(&json),
                Distinct::By(field) => json.get(field),
            };
            if let Some(same) = same.filter(|same| !same.is_null()) {
                let told = same.as_str().unwrap_or("the same");
                if let Some(first) = lines.insert(same.to_string(), item.place.line) {
                    let message =
                        format!("{told} stands twice in {at}; the first is in line {first}");
                    self.complain(item.place, message);
                }
            }
            read.push(json);
        }
        Json::Array(read)
    }

    fn fields(&mut self, at: &str, node: &Node, fields: &Fields) -> Json {
        let Some(entries) = self.map(at, node) else {
            return Json::Null;
        };
        let mut read = Map::new();
        for (Key { text, place }, value) in entries {
            match fields.field(text) {
                Some(field) => {
                    read.insert(text.clone(), self.value(field.name, value, &field.shape));
                }
                None => {
                    self.complain(*place, unknown(at, text, fields));
                }
            }
        }
        let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let required = fields
            .fields
            .iter()
            .filter(|field| field.need == Need::Required);
        let missing: Vec<&str> = required
            .map(|field| field.name)
            .filter(|name| !has(name))
            .collect();
        if !missing.is_empty() {
            self.complain(node.place, format!("{at} lacks {}", missing.join(", ")));
        }
        for group in fields.groups {
            if let Some(message) = broken(*group, at, has) {
                self.complain(node.place, message);
            }
        }
        Json::Object(read)
    }

    fn entries(&mut self, at: &str, node: &Node, shape: &Entries) -> Json {
        let Some(entries) = self.map(at, node) else {
            return Json::Null;
        };
        let mut read = Map::new();
        for (Key { text, place }, value) in entries {
            let Some(name) = self.read(*place, text, shape.key) else {
                continue;
            };
            let at = format!("the {} {name}", shape.key.what);
            let json = self.value(&at, value, &shape.of);
            read.insert(name, json);
        }
        Json::Object(read)
    }

    fn map<'n>(&mut self, at: &str, node: &'n Node) -> Option<&'n [(Key, Node)]> {
        match &node.content {
            Content::Map(entries) => return Some(entries),
            Content::Scalar(Kind::Null, _) => self.complain(
                node.place,
                format!("there is nothing after {at}; leave it out, or write what belongs there"),
            ),
            other => self.complain(
                node.place,
                format!("{at} is {}; expected keys with values", kind(other)),
            ),
        };
        None
    }
}

fn unknown(at: &str, key: &str, fields: &Fields) -> String {
    let known: Vec<&str> = fields.fields.iter().map(|field| field.name).collect();
    format!(
        "{at} has no key {}; it has {}",
        quoted(key),
        known.join(", ")
    )
}

/// What is wrong with a group, if something is.
fn broken(group: Group, at: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    match group {
        Group::ExactlyOne(names) => {
            let count = names.iter().filter(|name| has(name)).count();
            let names = names.join(", ");
            (count != 1).then(|| format!("{at} has {count} of {names}; it needs exactly one"))
        }
        Group::NotBoth(one, other) => (has(one) && has(other))
            .then(|| format!("{at} has both {one} and {other}; leave one of them out")),
        Group::AtLeastOne(names) => (!names.iter().any(|name| has(name))).then(|| {
            format!(
                "{at} has none of {}; leave it out, or say what it is given",
                names.join(", ")
            )
        }),
    }
}

/// `a, b or c`
fn one_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Scalar(..) => "a single value",
        Content::List(_) => "a list",
        Content::Map(_) => "a map",
    }
}

/// What stood in the file, so that it can be shown in a line.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(64).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", short.escape_debug())
}
