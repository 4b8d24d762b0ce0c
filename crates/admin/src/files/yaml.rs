//! YAML as a tree in which everything knows its place.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span};

use super::complaint::{Complaint, Place};
use super::scalar::Kind;

/// The longest file, in bytes.
pub(super) const LONGEST: usize = 2 * 1024 * 1024;

/// How deep a tree may be: far deeper than any shape is.
const DEEPEST: usize = 16;

/// The most values in a file. A longer one is a list that nobody wrote.
const MOST: usize = 200_000;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Content {
    Scalar(Kind, String),
    List(Vec<Node>),
    /// No key stands there twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Place,
}

/// Makes a tree of the one document in a text.
pub(super) fn parse(text: &str) -> Result<Node, Complaint> {
    if text.len() > LONGEST {
        let message = format!(
            "the file has {} bytes, and {LONGEST} are allowed; split it, or leave out what is not needed",
            text.len()
        );
        return Err(Complaint::new(START, message));
    }
    let mut tree = Tree::default();
    let options = granit_parser::options! {
        disallow_directives: true,
        // So that an alias is told of as one.
        emit_unresolved_aliases: true,
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let place = Place {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                width: 1,
            };
            match error.kind() {
                ErrorKind::RecursionLimitExceeded => too_deep(place),
                _ => Complaint::new(place, format!("this is no YAML: {}", error.info())),
            }
        })?;
        tree.take(event, place_of(&span))?;
    }
    tree.root
        .ok_or_else(|| Complaint::new(START, "the file is empty"))
}

const START: Place = Place {
    line: 1,
    column: 1,
    width: 1,
};

fn too_deep(place: Place) -> Complaint {
    let message = format!("this is nested more than {DEEPEST} deep; nothing here is");
    Complaint::new(place, message)
}

fn place_of(span: &Span) -> Place {
    let one_line = span.start.line() == span.end.line();
    let width = span.end.col().saturating_sub(span.start.col());
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
        width: if one_line { width.max(1) } else { 1 },
    }
}

/// A tree that grows.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    values: usize,
}

/// A list or a map whose end has not come yet.
struct Open {
    place: Place,
    collected: Collected,
}

enum Collected {
    List(Vec<Node>),
    Map {
        entries: Vec<(Key, Node)>,
        /// In which line each key stands.
        lines: HashMap<String, usize>,
        /// A key whose value has not come yet.
        key: Option<Key>,
    },
}

impl Tree {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Complaint> {
        let refuse = |message: &str| Err(Complaint::new(place, message));
        let (anchor, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag.is_some()),
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => {
                (*anchor, tag.is_some())
            }
            _ => (0, false),
        };
        if anchor != 0 {
            return refuse("anchors (&) are not read here; write out what is meant");
        }
        if tagged {
            return refuse("tags (!) are not read here; leave them out");
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return refuse("a second document begins here; a file holds one");
                }
            }
            Event::Scalar(text, style, ..) => {
                let kind = match style {
                    ScalarStyle::Plain => Kind::of_plain(&text),
                    _ => Kind::Text,
                };
                let content = Content::Scalar(kind, text.into_owned());
                self.put(Node { place, content })?;
            }
            Event::SequenceStart(..) => self.open(place, Collected::List(Vec::new()))?,
            Event::MappingStart(..) => {
                let empty = Collected::Map {
                    entries: Vec::new(),
                    lines: HashMap::new(),
                    key: None,
                };
                self.open(place, empty)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { place, collected }) = self.open.pop() {
                    let content = match collected {
                        Collected::List(items) => Content::List(items),
                        Collected::Map { entries, .. } => Content::Map(entries),
                    };
                    self.put(Node { place, content })?;
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return refuse("aliases (*) are not read here; write out what is meant");
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, place: Place, collected: Collected) -> Result<(), Complaint> {
        if self.open.len() == DEEPEST {
            return Err(too_deep(place));
        }
        self.open.push(Open { place, collected });
        Ok(())
    }

    /// Puts a value where it belongs.
    fn put(&mut self, node: Node) -> Result<(), Complaint> {
        self.values += 1;
        if self.values > MOST {
            let message = format!("there are more than {MOST} values in the file");
            return Err(Complaint::new(node.place, message));
        }
        let Some(Open { collected, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match collected {
            Collected::List(items) => items.push(node),
            Collected::Map {
                entries,
                lines,
                key,
            } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(read_key(node, lines)?),
            },
        }
        Ok(())
    }
}

fn read_key(node: Node, lines: &mut HashMap<String, usize>) -> Result<Key, Complaint> {
    let Node { place, content } = node;
    let Content::Scalar(_, text) = content else {
        return Err(Complaint::new(place, "a key is one word, and this is more"));
    };
    match lines.insert(text.clone(), place.line) {
        None => Ok(Key { text, place }),
        Some(first) => Err(Complaint::new(
            place,
            format!("{text:?} stands twice; the first is in line {first}"),
        )),
    }
}
