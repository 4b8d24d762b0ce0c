//! What may stand where in a file.

use super::names::Name;

/// What may stand in a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// One of these words.
    Word(&'static [&'static str]),
    /// What a person writes, of at least and at most that many characters.
    Text { least: usize, most: usize },
    /// A name that is read by rules of its own.
    Name(&'static Name),
    /// Several of one shape.
    List(&'static List),
    /// A map with known keys.
    Fields(&'static Fields),
    /// A map whose keys are names.
    Entries(&'static Entries),
}

/// Several of one shape.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) of: Shape,
    pub(crate) least: usize,
    pub(crate) most: usize,
    pub(crate) distinct: Distinct,
}

/// Whether two items may be the same.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Distinct {
    /// They may.
    No,
    /// They differ.
    Whole,
    /// They differ in this field.
    By(&'static str),
}

/// A map with known keys.
#[derive(Debug)]
#[allow(
    clippy::struct_field_names,
    reason = "the fields of a map are what they are called"
)]
pub(crate) struct Fields {
    /// What it is, in a sentence.
    pub(crate) about: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) groups: &'static [Group],
}

/// A known key.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// What it means, in a sentence or two.
    pub(crate) about: &'static str,
    pub(crate) shape: Shape,
    pub(crate) need: Need,
}

/// Whether a key has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    Optional,
}

/// What holds for some keys together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group {
    /// One of them is there, and no other.
    ExactlyOne(&'static [&'static str]),
    /// Not both of them are there.
    NotBoth(&'static str, &'static str),
    /// At least one of them is there.
    AtLeastOne(&'static [&'static str]),
}

/// A map whose keys are names.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) key: &'static Name,
    pub(crate) of: Shape,
}

/// A key that has to be there.
pub(crate) const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        about,
        shape,
        need: Need::Required,
    }
}

/// A key that may be left out.
pub(crate) const fn optional(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        about,
        shape,
        need: Need::Optional,
    }
}

impl Fields {
    /// The known key of that name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
