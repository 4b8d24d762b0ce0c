//! What a call asks for.

use pullgate_reference::{Reference, Repository, Target};

use crate::image_name::ImageName;

/// What a call to the Engine asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// To look at a list, at the Engine itself, or to stop something: done for
    /// everybody, signed in or not.
    Harmless,
    /// Anything else that brings no image in.
    Ordinary,
    /// To pull an image from a registry.
    Pull {
        /// From where.
        repository: Repository,
        /// Which of its images; none for all of them (`docker pull -a`).
        target: Option<Target>,
    },
    /// To install an Engine plugin from a registry, or to ask what it wants.
    Plugin(Reference),
    /// To make a container of the first of these images, with what the others
    /// hold mounted into it.
    Run(Vec<ImageName>),
    /// The same for a service of a swarm, whose nodes pull by the names as
    /// they are written.
    Service(Vec<ImageName>),
    /// To give an image that is here another name. Where an image is known by
    /// its names alone, whoever may rename it may say where it came from.
    Tag {
        /// The image.
        image: ImageName,
        /// The name, which another image may have so far.
        name: ImageName,
    },
    /// To take an image away, or one of its names.
    Untag(ImageName),
    /// To bring content in that no registry is asked for.
    Content(Content),
}

/// Ways in for content of which a plugin cannot see where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// `docker load`.
    Load,
    /// `docker import`, and `docker plugin create`.
    Import,
    /// `docker build`, by either builder: what stands in its `FROM` is not
    /// shown.
    Build,
    /// `docker commit`.
    Commit,
    /// Making or joining a swarm, whose other managers give this machine work
    /// that no plugin here is asked about.
    Swarm,
}

impl Content {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Load,
        Self::Import,
        Self::Build,
        Self::Commit,
        Self::Swarm,
    ];

    /// The word for it in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Import => "import",
            Self::Build => "build",
            Self::Commit => "commit",
            Self::Swarm => "swarm",
        }
    }
}
