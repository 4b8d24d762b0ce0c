//! The file by which one site hands what it has learnt to another.

use std::fmt;

use jiff::Timestamp;
use pullgate_policy::Badge;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::namespace::Namespace;

/// The one version there is.
const VERSION: u64 = 1;

/// More than Docker Hub has verified publishers by far; a bound for memory.
const MOST_ENTRIES: usize = 500_000;

/// Badges as a file:
///
/// ```json
/// {
///   "version": 1,
///   "exported_at": "2026-11-24T02:30:00Z",
///   "namespaces": [
///     {"namespace": "bitnami", "badge": "verified_publisher", "learnt_at": "2026-11-24T02:00:00Z"}
///   ]
/// }
/// ```
///
/// It is made by [`crate::Catalog::export`] or by reading a file, which refuses
/// unknown fields, names that are no namespaces and words that are no badges,
/// and says in which entry they are (the first is entry 1). A badge is
/// `verified_publisher`, `sponsored_oss` or `none`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    version: Version,
    exported_at: Timestamp,
    #[serde(deserialize_with = "numbered")]
    namespaces: Vec<Entry>,
}

/// One namespace's badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    #[serde(deserialize_with = "namespace")]
    namespace: Namespace,
    #[serde(deserialize_with = "learnt")]
    badge: Badge,
    learnt_at: Timestamp,
}

impl Document {
    pub(crate) fn new(exported_at: Timestamp, namespaces: Vec<Entry>) -> Self {
        Self {
            version: Version,
            exported_at,
            namespaces,
        }
    }

    /// When it was made.
    pub fn exported_at(&self) -> Timestamp {
        self.exported_at
    }

    /// What it says.
    pub fn entries(&self) -> &[Entry] {
        &self.namespaces
    }
}

impl Entry {
    pub(crate) fn new(namespace: Namespace, badge: Badge, learnt_at: Timestamp) -> Self {
        Self {
            namespace,
            badge,
            learnt_at,
        }
    }

    /// The namespace on Docker Hub.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Its badge; never [`Badge::Unknown`].
    pub fn badge(&self) -> Badge {
        self.badge
    }

    /// When Docker Hub said so.
    pub fn learnt_at(&self) -> Timestamp {
        self.learnt_at
    }
}

/// A version that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(D::Error::custom(format!(
                "the document is of version {other}, and this Pullgate reads version {VERSION}; export it with the Pullgate that is to read it"
            ))),
        }
    }
}

fn namespace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Namespace, D::Error> {
    let text = String::deserialize(deserializer)?;
    Namespace::parse(&text).map_err(|error| D::Error::custom(format!("namespace: {error}")))
}

/// That nobody knows is nothing that can be learnt.
fn learnt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Badge, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.parse() {
        Ok(badge) if badge != Badge::Unknown => Ok(badge),
        _ => Err(D::Error::custom(format!(
            "badge: {word:?} is not one of: verified_publisher, sponsored_oss, none"
        ))),
    }
}

/// Reads the entries, so that an error says in which one it is.
fn numbered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Entry>, D::Error> {
    struct Numbered;

    impl<'de> Visitor<'de> for Numbered {
        type Value = Vec<Entry>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of namespaces")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            loop {
                let index = entries.len() + 1;
                let next = list
                    .next_element()
                    .map_err(|error| A::Error::custom(format!("entry {index}: {error}")))?;
                match next {
                    None => return Ok(entries),
                    Some(_) if index > MOST_ENTRIES => {
                        return Err(A::Error::custom(format!(
                            "there are more than {MOST_ENTRIES} namespaces; split the document"
                        )));
                    }
                    Some(entry) => entries.push(entry),
                }
            }
        }
    }

    deserializer.deserialize_seq(Numbered)
}
