use std::time::Duration;

/// What a site may set about its cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many bytes of manifests are kept in memory.
    pub manifest_memory: u64,
    /// How many bindings ("this holder holds this digest") and how many tags
    /// are kept in memory. An entry takes about 300 bytes.
    pub remembered_entries: u64,
    /// How long a source may send nothing before its fill is given up.
    pub stall_limit: Duration,
    /// How many bytes are read, and handed to the connection, at once. Each
    /// connection that is being served takes about two of these.
    pub read_size: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            manifest_memory: 64 << 20,
            remembered_entries: 100_000,
            stall_limit: Duration::from_mins(1),
            read_size: 256 << 10,
        }
    }
}
