//! `registries.conf`: where podman, buildah, skopeo and CRI-O find a registry.

use toml::{Table, Value};

/// One registry's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What names begin with that it is for.
    pub(super) prefix: String,
    /// Where they are found instead.
    pub(super) location: String,
    /// Whether pulls are refused.
    pub(super) is_blocked: bool,
    /// Where they are looked for first.
    pub(super) mirrors: Vec<String>,
    /// The file.
    pub(super) file: String,
}

/// The entries of a file, or why it cannot be read.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Entry>, String> {
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let entries = table.get("registry").and_then(Value::as_array);
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let entries = entries.into_iter().flatten().map(|entry| {
        let location = text(entry, "location");
        let prefix = text(entry, "prefix").or_else(|| location.clone());
        let mirrors = entry.get("mirror").and_then(Value::as_array);
        Entry {
            location: location.or_else(|| prefix.clone()).unwrap_or_default(),
            prefix: prefix.unwrap_or_default(),
            is_blocked: entry.get("blocked").and_then(Value::as_bool) == Some(true),
            mirrors: mirrors
                .into_iter()
                .flatten()
                .filter_map(|mirror| text(mirror, "location"))
                .collect(),
            file: file.to_owned(),
        }
    });
    Ok(entries.collect())
}
