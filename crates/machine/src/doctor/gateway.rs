/// The gateway that a machine's clients should pull through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    address: String,
}

impl Gateway {
    /// Reads its address: host and port, with or without a scheme. Nothing if
    /// there is no host in it.
    pub fn read(text: &str) -> Option<Self> {
        let address = authority(text);
        (!address.is_empty()).then(|| Self {
            address: address.to_ascii_lowercase(),
        })
    }

    /// Its host, with its port where it is not the usual one.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether this is its address, or one that begins with it.
    pub(super) fn is_at(&self, other: &str) -> bool {
        let other = authority(other).to_ascii_lowercase();
        let plain = |address: &str| {
            let address = address.strip_suffix(":443").unwrap_or(address);
            address.to_owned()
        };
        plain(&self.address) == plain(&other)
    }
}

/// Host and port of an address, without scheme and path.
pub(super) fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}
