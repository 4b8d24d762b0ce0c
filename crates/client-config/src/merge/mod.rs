//! Putting a configuration into a file that holds others' settings, too.

mod daemon;
mod runtime;

/// Why a file cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// What is there cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// What is there has another shape than it should.
    #[error("{0:?} is not what it should be in it")]
    Shape(String),
}

/// A file with the configuration in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The whole text.
    pub text: String,
    /// What was taken out or replaced because it contradicts, for a person.
    pub removed: Vec<String>,
}

impl Merged {
    fn clean(text: String) -> Self {
        Self {
            text,
            removed: Vec::new(),
        }
    }
}

/// What a file at this path holds after `ours` is put into it. Files that hold
/// others' settings, too, keep them; any other is `ours` and nothing else.
pub fn merge(path: &str, ours: &str, existing: Option<&str>) -> Result<Merged, Unmergeable> {
    match path {
        "/etc/docker/daemon.json" => daemon::merge(ours, existing),
        "/etc/containerd/config.toml" => runtime::merge(existing),
        _ => Ok(Merged::clean(ours.to_owned())),
    }
}
