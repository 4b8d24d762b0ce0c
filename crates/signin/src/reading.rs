use std::collections::HashSet;
use std::fmt;

use pullgate_policy::OrganizationName;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::fault::{Fault, Weight};

/// The key that counts.
pub(crate) const KEY: &str = "allowedOrgs";

/// The longest file that is read, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;

/// How much of what is wrong is shown.
const SHOWN: usize = 65;

/// The list in one of the places where it can stand, and all that is wrong with
/// it.
///
/// It is read strictly. What one reader forgives, another does not: Docker
/// Desktop ignores a file with a byte-order mark, and of two equal keys some
/// take the first and some the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub(crate) organizations: Vec<OrganizationName>,
    pub(crate) faults: Vec<Fault>,
}

impl Reading {
    /// Reads the content of a `registry.json`.
    pub fn of(content: &[u8]) -> Self {
        let mut reading = Self::default();
        match pairs(content) {
            Ok((mark, Pairs(pairs))) => {
                reading.faults.extend(mark);
                reading.read(pairs);
            }
            Err(faults) => reading.faults = faults,
        }
        reading
    }

    /// The organizations in it, each once, as far as they could be read.
    pub fn organizations(&self) -> &[OrganizationName] {
        &self.organizations
    }

    /// All that is wrong with it.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether there is nothing to be read: no list under any spelling of its
    /// key, in a file that may be for something else.
    pub fn holds_none(&self) -> bool {
        self.faults == [Fault::NoKey]
    }

    /// Whether the file does what it is for: nothing in it is broken.
    pub fn is_sound(&self) -> bool {
        let mut weights = self.faults.iter().map(Fault::weight);
        weights.all(|weight| weight == Weight::Untidy)
    }

    pub(crate) fn read(&mut self, pairs: Vec<(String, Value)>) {
        let (mine, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| key == KEY);
        for (key, _) in others {
            let key = shown(&key);
            self.faults.push(if key.eq_ignore_ascii_case(KEY) {
                Fault::WrongKey(key)
            } else {
                Fault::OtherKey(key)
            });
        }
        if mine.len() > 1 {
            self.faults.push(Fault::KeyTwice);
        }
        match mine.into_iter().next_back() {
            None => self.faults.push(Fault::NoKey),
            Some((_, Value::Array(names))) => self.read_names(&names),
            Some(_) => self.faults.push(Fault::NotAList),
        }
    }

    fn read_names(&mut self, names: &[Value]) {
        if names.is_empty() {
            self.faults.push(Fault::NoOrganizations);
        }
        let mut seen = HashSet::new();
        for name in names {
            let Some(text) = name.as_str() else {
                self.faults.push(Fault::NotAName(shown(&name.to_string())));
                continue;
            };
            match text.parse::<OrganizationName>() {
                Ok(_) if !seen.insert(text) => self.faults.push(Fault::NameTwice(shown(text))),
                Ok(organization) => self.organizations.push(organization),
                Err(_) if text.to_lowercase().parse::<OrganizationName>().is_ok() => {
                    self.faults.push(Fault::Uppercase(shown(text)));
                }
                Err(_) => {
                    let quoted = format!("{:?}", shown(text));
                    self.faults.push(Fault::NotAName(quoted));
                }
            }
        }
    }
}

/// A byte-order mark if there is one, and the pairs of the object. A mark is
/// no reason not to say what is wrong behind it.
fn pairs(content: &[u8]) -> Result<(Option<Fault>, Pairs), Vec<Fault>> {
    if content.len() > LONGEST {
        return Err(vec![Fault::TooLong]);
    }
    if content.trim_ascii().is_empty() {
        return Err(vec![Fault::Empty]);
    }
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        return Err(vec![Fault::ByteOrderMark, Fault::NotUtf8]);
    }
    let (mark, content) = match content.strip_prefix("\u{feff}".as_bytes()) {
        Some(rest) => (Some(Fault::ByteOrderMark), rest),
        None => (None, content),
    };
    let with_mark = |fault| mark.clone().into_iter().chain([fault]).collect::<Vec<_>>();
    let text = std::str::from_utf8(content).map_err(|_| with_mark(Fault::NotUtf8))?;
    let value: Value =
        serde_json::from_str(text).map_err(|error| with_mark(Fault::NotJson(error.to_string())))?;
    if !value.is_object() {
        return Err(with_mark(Fault::NotAnObject));
    }
    let pairs =
        serde_json::from_str(text).map_err(|error| with_mark(Fault::NotJson(error.to_string())))?;
    Ok((mark, pairs))
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// An object with all that stands in it, also what stands there twice.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(content: &str) -> Vec<String> {
        let reading = Reading::of(content.as_bytes());
        let names = reading.organizations.iter();
        names.map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_written_here_is_read_here() {
        let reading = Reading::of(b"{\"allowedOrgs\":[\"acme\",\"acme-labs\"]}\n");
        assert_eq!(reading.faults(), []);
        assert!(reading.is_sound());
        assert_eq!(reading.organizations().len(), 2);
    }

    #[test]
    fn each_fault_is_found_by_its_name() {
        let long = format!("{{\"allowedOrgs\":[\"{}\"]}}", "a".repeat(LONGEST));
        let table: &[(&[u8], &[&str])] = &[
            (b"", &["empty"]),
            (b" \n", &["empty"]),
            (long.as_bytes(), &["too-long"]),
            (
                b"\xef\xbb\xbf{\"allowedOrgs\":[\"acme\"]}",
                &["byte-order-mark"],
            ),
            (b"\xff\xfe{\0", &["byte-order-mark", "not-utf-8"]),
            (b"{\"allowedOrgs\":[\"\xff\"]}", &["not-utf-8"]),
            (b"{\"allowedOrgs\":[\"acme\"]", &["not-json"]),
            (b"{'allowedOrgs':['acme']}", &["not-json"]),
            (b"{\"allowedOrgs\":[\"acme\",]}", &["not-json"]),
            (b"{\"allowedOrgs\":[\"acme\"]} x", &["not-json"]),
            (b"[\"acme\"]", &["not-an-object"]),
            (b"{}", &["no-allowed-orgs"]),
            (
                b"{\"allowedorgs\":[\"acme\"]}",
                &["wrong-key", "no-allowed-orgs"],
            ),
            (
                b"{\"allowedOrgs\":[\"acme\"],\"allowedOrgs\":[\"other\"]}",
                &["key-twice"],
            ),
            (b"{\"allowedOrgs\":[\"acme\"],\"more\":1}", &["other-key"]),
            (b"{\"allowedOrgs\":\"acme\"}", &["not-a-list"]),
            (b"{\"allowedOrgs\":[]}", &["no-organizations"]),
            (b"{\"allowedOrgs\":[1]}", &["not-a-name"]),
            (b"{\"allowedOrgs\":[\" acme\"]}", &["not-a-name"]),
            (b"{\"allowedOrgs\":[\"acme/x\"]}", &["not-a-name"]),
            (b"{\"allowedOrgs\":[\"Acme\"]}", &["uppercase-name"]),
            (b"{\"allowedOrgs\":[\"acme\",\"acme\"]}", &["name-twice"]),
        ];
        for (content, expected) in table {
            let reading = Reading::of(content);
            let found: Vec<&str> = reading.faults().iter().map(Fault::name).collect();
            let text = String::from_utf8_lossy(&content[..content.len().min(80)]);
            assert_eq!(found, *expected, "{text}");
            let untidy = ["other-key", "name-twice"];
            let sound = expected.iter().all(|name| untidy.contains(name));
            assert_eq!(reading.is_sound(), sound, "{text}");
            for fault in reading.faults() {
                assert!(!fault.to_string().is_empty());
            }
        }
    }

    #[test]
    fn of_two_lists_the_last_is_shown() {
        assert_eq!(
            names("{\"allowedOrgs\":[\"acme\"],\"allowedOrgs\":[\"other\"]}"),
            ["other"]
        );
        assert_eq!(
            names("{\"allowedOrgs\":[\"acme\",\"acme\",\"Acme\"]}"),
            ["acme"]
        );
    }
}
