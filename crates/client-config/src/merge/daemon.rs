//! `daemon.json`: what is there keeps its order and its spelling.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Merged, Unmergeable};

/// Lists are united; what is there and no list is replaced.
pub(super) fn merge(ours: &str, existing: Option<&str>) -> Result<Merged, Unmergeable> {
    let existing = existing.filter(|text| !text.trim().is_empty());
    let Some(existing) = existing else {
        return Ok(Merged::clean(ours.to_owned()));
    };
    let mut settings = read(existing)?.0;
    let mut is_changed = false;
    for (key, wanted) in read(ours)?.0 {
        let Some((_, there)) = settings.iter_mut().find(|(name, _)| *name == key) else {
            settings.push((key, wanted));
            is_changed = true;
            continue;
        };
        let united = united(&key, there, &wanted)?;
        if let Some(united) = united {
            *there = united;
            is_changed = true;
        }
    }
    if !is_changed {
        return Ok(Merged::clean(existing.to_owned()));
    }
    let lines: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("  {}: {value}", Value::from(key.as_str())))
        .collect();
    Ok(Merged::clean(format!("{{\n{}\n}}\n", lines.join(",\n"))))
}

/// The list with what is missing in it; nothing if nothing is.
fn united(key: &str, there: &str, wanted: &str) -> Result<Option<String>, Unmergeable> {
    let list = |text: &str| -> Result<Vec<Value>, Unmergeable> {
        serde_json::from_str(text).map_err(|_| Unmergeable::Shape(key.to_owned()))
    };
    let mut there = list(there)?;
    let before = there.len();
    for each in list(wanted)? {
        if !there.contains(&each) {
            there.push(each);
        }
    }
    if there.len() == before {
        return Ok(None);
    }
    Ok(Some(Value::from(there).to_string()))
}

fn read(text: &str) -> Result<Settings, Unmergeable> {
    serde_json::from_str(text).map_err(|error| Unmergeable::Unreadable(error.to_string()))
}

/// Each setting with its value as it is written.
struct Settings(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsWritten;

        impl<'de> Visitor<'de> for AsWritten {
            type Value = Settings;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
                let mut settings = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    settings.push((key, value.get().to_owned()));
                }
                Ok(Settings(settings))
            }
        }

        deserializer.deserialize_map(AsWritten)
    }
}
