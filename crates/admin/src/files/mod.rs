//! Files that people write: how one is read, checked, written and described.
//!
//! A file is YAML, of which JSON is a part. Reading has three steps. [`yaml`]
//! makes a tree of it, in which everything knows its line and column; [`check`]
//! holds that against a [`shape`], which says what may stand where; what comes
//! out is plain JSON in canonical spelling, of which serde makes a value. The
//! same shape is what [`write`] follows for the order of fields and what
//! [`schema`] tells other programs, so that reader, writer and schema cannot
//! say different things.
//!
//! Strict in everything: a key that is not known, one that stands twice or is
//! missing, a number where a text belongs are errors with a line and a column.
//! There are no anchors, aliases and tags, so a small file is a small tree.

mod as_text;
mod check;
mod complaint;
mod names;
mod scalar;
mod schema;
mod shape;
mod write;
mod yaml;

pub(crate) use as_text::AsText;
pub use complaint::{Complaint, FileError, Place};
pub(crate) use names::{
    IMAGE, MOMENT, NAMESPACE, ORGANIZATION, PATTERN, REGISTRY, REPOSITORY, TEAM, TRUSTED, USER,
};
pub(crate) use schema::document;
pub(crate) use shape::{Distinct, Entries, Field, Fields, Group, List, Shape, optional, required};
pub(crate) use write::write;

use serde::de::DeserializeOwned;

/// Reads a file of that shape.
pub(crate) fn read<T: DeserializeOwned>(text: &str, shape: &Shape) -> Result<Read<T>, FileError> {
    let told = |complaints: Vec<Complaint>| FileError::new(complaints, text);
    let tree = yaml::parse(text).map_err(|complaint| told(vec![complaint]))?;
    let json = check::check(&tree, shape).map_err(told)?;
    // A shape lets nothing through that its type does not take.
    let value = serde_json::from_value(json)
        .map_err(|error| told(vec![Complaint::new(tree.place, error.to_string())]))?;
    Ok(Read { value, tree })
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) value: T,
    tree: yaml::Node,
}

impl<T> Read<T> {
    /// In which line each item of a list at the top begins.
    pub(crate) fn lines_of(&self, list: &str) -> Vec<usize> {
        let items = match &self.tree.content {
            yaml::Content::Map(entries) => entries
                .iter()
                .find(|(key, _)| key.text == list)
                .map(|(_, node)| &node.content),
            _ => None,
        };
        match items {
            Some(yaml::Content::List(items)) => items.iter().map(|item| item.place.line).collect(),
            _ => Vec::new(),
        }
    }
}
