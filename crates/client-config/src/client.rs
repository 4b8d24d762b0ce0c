use std::fmt;
use std::str::FromStr;

/// A container client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// dockerd, with the docker command.
    Docker,
    /// containerd on its own, with `ctr` or nerdctl.
    Containerd,
    /// podman, buildah and skopeo, which read the same file.
    Podman,
    /// CRI-O, which reads that file, too, and has its credentials from
    /// elsewhere.
    Crio,
    /// `docker build` and buildx.
    BuildKit,
    /// The nodes of a Kubernetes cluster.
    Kubernetes,
}

impl Client {
    /// All of them, the one most people have first.
    pub const ALL: [Self; 6] = [
        Self::Docker,
        Self::Containerd,
        Self::Podman,
        Self::Crio,
        Self::BuildKit,
        Self::Kubernetes,
    ];

    /// The word for it in an address or a command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Containerd => "containerd",
            Self::Podman => "podman",
            Self::Crio => "crio",
            Self::BuildKit => "buildkit",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Containerd => "containerd",
            Self::Podman => "podman",
            Self::Crio => "CRI-O",
            Self::BuildKit => "BuildKit",
            Self::Kubernetes => "Kubernetes nodes",
        }
    }
}

/// A text that names no client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownClient;

impl fmt::Display for UnknownClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Client::ALL.map(Client::as_str).join(", ");
        write!(formatter, "that is no client; use one of {names}")
    }
}

impl std::error::Error for UnknownClient {}

impl FromStr for Client {
    type Err = UnknownClient;

    fn from_str(text: &str) -> Result<Self, UnknownClient> {
        let mut all = Self::ALL.into_iter();
        all.find(|client| client.as_str() == text)
            .ok_or(UnknownClient)
    }
}
