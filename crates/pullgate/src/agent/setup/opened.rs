//! Ways in that can be left open.

use clap::ValueEnum;

/// A call that can be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Opened {
    /// docker load
    Load,
    /// docker import and docker plugin create
    Import,
    /// docker build, whose FROM cannot be seen
    Build,
    /// docker commit
    Commit,
    /// docker swarm init and join
    Swarm,
    /// Running images that came from no registry
    MadeHere,
}

impl Opened {
    pub(super) const ALL: [Self; 6] = [
        Self::Load,
        Self::Import,
        Self::Build,
        Self::Commit,
        Self::Swarm,
        Self::MadeHere,
    ];

    /// Its name in the file of settings.
    pub(super) fn setting(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Import => "import",
            Self::Build => "build",
            Self::Commit => "commit",
            Self::Swarm => "swarm",
            Self::MadeHere => "made_here",
        }
    }
}
