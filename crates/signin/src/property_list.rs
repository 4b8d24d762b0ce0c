//! The list in a property list of macOS: a configuration profile's settings, or
//! a file of one's own.

use std::io::Cursor;

use serde_json::Value;

use crate::fault::Fault;
use crate::reading::{KEY, LONGEST, Reading};

/// How names stand in a property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListShape {
    /// One after the other, as an array: `desktop.plist`.
    Array,
    /// In one text, with `;` between them: a configuration profile.
    Text,
}

impl Reading {
    /// Reads a property list, written as XML or in Apple's binary form. Other
    /// keys are other settings', and none of ours.
    pub fn of_property_list(content: &[u8], shape: ListShape) -> Self {
        match pairs(content) {
            Ok(pairs) => {
                let mut reading = Self::default();
                let pairs = pairs.into_iter().map(|(key, value)| {
                    let value = if key == KEY {
                        as_list(&value, shape)
                    } else {
                        Value::Null
                    };
                    (key, value)
                });
                reading.read(pairs.collect());
                reading
                    .faults
                    .retain(|fault| !matches!(fault, Fault::OtherKey(_)));
                if is_there_twice(content) {
                    reading.faults.push(Fault::KeyTwice);
                }
                reading
            }
            Err(fault) => Self {
                organizations: Vec::new(),
                faults: vec![fault],
            },
        }
    }
}

fn pairs(content: &[u8]) -> Result<plist::Dictionary, Fault> {
    if content.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    if content.trim_ascii().is_empty() {
        return Err(Fault::Empty);
    }
    match plist::Value::from_reader(Cursor::new(content)) {
        Ok(plist::Value::Dictionary(pairs)) => Ok(pairs),
        Ok(_) => Err(Fault::NotPropertyList("it is not a dictionary".to_owned())),
        Err(error) => Err(Fault::NotPropertyList(error.to_string())),
    }
}

/// The names as an array of JSON, or what is no list of names.
fn as_list(value: &plist::Value, shape: ListShape) -> Value {
    let text = |value: &plist::Value| value.as_string().map_or(Value::Null, Value::from);
    match (shape, value) {
        (ListShape::Array, plist::Value::Array(names)) => names.iter().map(text).collect(),
        (ListShape::Text, plist::Value::String(names)) if names.is_empty() => {
            Value::Array(Vec::new())
        }
        (ListShape::Text, plist::Value::String(names)) => names.split(';').collect(),
        _ => Value::Null,
    }
}

/// Of two equal keys the library takes one and does not say so.
fn is_there_twice(content: &[u8]) -> bool {
    let key = format!("<key>{KEY}</key>");
    String::from_utf8_lossy(content).matches(&key).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(body: &str) -> Vec<u8> {
        format!("<?xml version=\"1.0\"?><plist version=\"1.0\">{body}</plist>").into_bytes()
    }

    fn found(content: &[u8], shape: ListShape) -> (Vec<String>, Vec<&'static str>) {
        let reading = Reading::of_property_list(content, shape);
        let names = reading.organizations().iter().map(ToString::to_string);
        let faults = reading.faults().iter().map(Fault::name);
        (names.collect(), faults.collect())
    }

    #[test]
    fn both_shapes_are_read_in_both_forms() {
        let array = "<dict><key>allowedOrgs</key><array><string>acme</string><string>acme-labs</string></array></dict>";
        let text = "<dict><key>allowedOrgs</key><string>acme;acme-labs</string><key>PayloadUUID</key><string>x</string></dict>";
        for (body, shape) in [(array, ListShape::Array), (text, ListShape::Text)] {
            let xml = xml(body);
            let value = plist::Value::from_reader(Cursor::new(&xml)).unwrap();
            let mut binary = Vec::new();
            value.to_writer_binary(&mut binary).unwrap();
            assert!(binary.starts_with(b"bplist"));
            for content in [xml, binary] {
                let (names, faults) = found(&content, shape);
                assert_eq!(
                    (names.join(" "), faults),
                    ("acme acme-labs".to_owned(), vec![])
                );
            }
        }
    }

    #[test]
    fn each_fault_is_found_by_its_name() {
        let long = xml(&format!(
            "<dict><key>{}</key><true/></dict>",
            "a".repeat(LONGEST)
        ));
        let key = |value: &str| xml(&format!("<dict><key>allowedOrgs</key>{value}</dict>"));
        let one = "<array><string>acme</string></array>";
        let twice = key(&format!("{one}<key>allowedOrgs</key>{one}"));
        for (content, shape, expected) in [
            (Vec::new(), ListShape::Array, &["empty"][..]),
            (long, ListShape::Array, &["too-long"]),
            (b"<plist><dict>".to_vec(), ListShape::Array, &["not-plist"]),
            (
                b"bplist00 and no more".to_vec(),
                ListShape::Text,
                &["not-plist"],
            ),
            (
                b"{\"allowedOrgs\":[\"acme\"]}".to_vec(),
                ListShape::Array,
                &["not-plist"],
            ),
            (xml("<array/>"), ListShape::Array, &["not-plist"]),
            (xml("<dict/>"), ListShape::Text, &["no-allowed-orgs"]),
            (
                xml("<dict><key>AllowedOrgs</key><string>acme</string></dict>"),
                ListShape::Text,
                &["wrong-key", "no-allowed-orgs"],
            ),
            (twice, ListShape::Array, &["key-twice"]),
            (
                key("<string>acme</string>"),
                ListShape::Array,
                &["not-a-list"],
            ),
            (key(one), ListShape::Text, &["not-a-list"]),
            (key("<true/>"), ListShape::Text, &["not-a-list"]),
            (key("<array/>"), ListShape::Array, &["no-organizations"]),
            (
                key("<string></string>"),
                ListShape::Text,
                &["no-organizations"],
            ),
            (
                key("<array><integer>1</integer></array>"),
                ListShape::Array,
                &["not-a-name"],
            ),
            (
                key("<string>acme;</string>"),
                ListShape::Text,
                &["not-a-name"],
            ),
            (
                key("<string>acme, other</string>"),
                ListShape::Text,
                &["not-a-name"],
            ),
            (
                key("<string>Acme</string>"),
                ListShape::Text,
                &["uppercase-name"],
            ),
            (
                key("<string>acme;acme</string>"),
                ListShape::Text,
                &["name-twice"],
            ),
        ] {
            let text = String::from_utf8_lossy(&content[..content.len().min(120)]).into_owned();
            assert_eq!(found(&content, shape).1, expected, "{text}");
        }
    }
}
