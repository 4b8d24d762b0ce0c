use crate::client::Client;
use crate::guide::{Block, Place};
use crate::site::{Direct, Site, Transport};

/// What a program writes to set a client up: the files of its guide, and no
/// others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Each file's path and text, in order.
    pub files: Vec<(String, String)>,
    /// What has to be restarted before all of it holds.
    pub restart: Vec<Service>,
}

/// A program that runs all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// dockerd.
    Docker,
    /// containerd.
    Containerd,
    /// CRI-O.
    Crio,
}

impl Service {
    /// How it is restarted.
    pub fn restart(self) -> &'static str {
        match self {
            Self::Docker => "systemctl daemon-reload && systemctl restart docker",
            Self::Containerd => "systemctl restart containerd",
            Self::Crio => "systemctl restart crio",
        }
    }
}

/// What is written for this client at this site.
pub fn installation(client: Client, site: &Site) -> Installation {
    let steps = crate::guide(client, site).steps.into_iter();
    let files = steps
        .flat_map(|step| step.blocks)
        .filter_map(|block| match block {
            Block {
                place: Place::File(path),
                text,
            } => Some((path, text)),
            Block { .. } => None,
        })
        .collect();
    let restart = match client {
        // A certificate authority alone is read at each pull.
        Client::Docker | Client::BuildKit
            if site.transport == Transport::Http || site.direct == Direct::Closed =>
        {
            vec![Service::Docker]
        }
        // containerd reads hosts.toml at each pull, config.toml at its start.
        Client::Kubernetes => vec![Service::Containerd],
        Client::Crio => vec![Service::Crio],
        Client::Docker | Client::BuildKit | Client::Containerd | Client::Podman => Vec::new(),
    };
    Installation { files, restart }
}
