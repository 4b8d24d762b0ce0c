//! containerd's `config.toml`: where its Kubernetes side (CRI) finds the
//! `hosts.toml` of a registry.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::{Merged, Unmergeable};

/// The folder of the `hosts.toml`.
const FOLDER: &str = "/etc/containerd/certs.d";

/// Which version of the file has which plugin for images.
const PLUGINS: [(i64, &str); 3] = [
    (1, "cri"),
    (2, "io.containerd.grpc.v1.cri"),
    (3, "io.containerd.cri.v1.images"),
];

pub(super) fn merge(existing: Option<&str>) -> Result<Merged, Unmergeable> {
    let text = existing.unwrap_or_default();
    let mut file: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        Unmergeable::Unreadable(error.message().to_owned())
    })?;
    if file.is_empty() {
        file["version"] = value(2);
    }
    // Without a number it is the first version.
    let version = file.get("version").map_or(Some(1), Item::as_integer);
    let plugin = PLUGINS
        .iter()
        .find(|(number, _)| Some(*number) == version)
        .map(|(_, plugin)| *plugin)
        .ok_or_else(|| Unmergeable::Shape("version".to_owned()))?;
    let mut removed = Vec::new();
    let registry = table(file.as_table_mut(), &["plugins", plugin, "registry"])?;
    let before = registry.get("config_path").and_then(Item::as_str);
    // Several folders stand there with colons between; the first counts.
    let is_ours = before.is_some_and(|path| path.split(':').next() == Some(FOLDER));
    if !is_ours {
        if let Some(before) = before.filter(|path| !path.is_empty()) {
            removed.push(format!("config_path was {before:?}"));
        }
        registry.insert("config_path", value(FOLDER));
    }
    // containerd starts its CRI side with one or the other, not with both.
    if registry.remove("mirrors").is_some() {
        removed.push("the tables of registry.mirrors, which fall back".to_owned());
    }
    if let Some(configs) = registry
        .get_mut("configs")
        .and_then(Item::as_table_like_mut)
    {
        let hosts: Vec<String> = configs.iter().map(|(host, _)| host.to_owned()).collect();
        for host in hosts {
            let config = configs.get_mut(&host).and_then(Item::as_table_like_mut);
            if config.is_some_and(|config| config.remove("tls").is_some()) {
                removed.push(format!("registry.configs.{host:?}.tls"));
            }
        }
    }
    Ok(Merged {
        text: file.to_string(),
        removed,
    })
}

/// The table at a path of keys, made where it is missing.
fn table<'t>(
    mut from: &'t mut dyn TableLike,
    path: &[&str],
) -> Result<&'t mut dyn TableLike, Unmergeable> {
    for (number, key) in path.iter().enumerate() {
        let is_last = number + 1 == path.len();
        let next = from.entry(key).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(!is_last);
            Item::Table(table)
        });
        from = next
            .as_table_like_mut()
            .ok_or_else(|| Unmergeable::Shape((*key).to_owned()))?;
    }
    Ok(from)
}
