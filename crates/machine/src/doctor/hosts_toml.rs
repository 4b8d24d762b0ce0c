//! `hosts.toml`: where containerd finds a registry.

use toml::{Table, Value};

/// What a `hosts.toml` comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hosts {
    /// It is not TOML.
    Unreadable(String),
    /// These are asked, the last if all others do not serve.
    Asks {
        /// In order.
        addresses: Vec<String>,
        /// Whether the table is there without which containerd 1.6 ignores
        /// the file.
        has_table: bool,
    },
}

/// Reads the file of a registry.
pub(super) fn read(registry: &str, text: &str) -> Hosts {
    let file: Table = match text.parse() {
        Ok(file) => file,
        Err(error) => return Hosts::Unreadable(error.message().to_owned()),
    };
    let table = file.get("host").and_then(Value::as_table);
    let mut addresses: Vec<String> = table.into_iter().flat_map(Table::keys).cloned().collect();
    let server = file.get("server").and_then(Value::as_str);
    // Without a server it is the registry itself.
    addresses.push(server.unwrap_or(registry).to_owned());
    Hosts::Asks {
        addresses,
        has_table: table.is_some(),
    }
}
