//! How each container client is pointed at Pullgate's gateway so that nothing
//! walks around it: the texts of the configurations, as values. Pure.
//!
//! A mirror alone enforces nothing: after its denial, docker and containerd
//! go on to Docker Hub, and podman to the registry itself. What is written
//! here is the configuration without that way out, and where a client has
//! none, that it has none and what closes the hole. `docs/clients.md` says
//! what was tried of it; a test holds the two together.
//!
//! A guide is read by a person; an [`Installation`] is the same configuration
//! for a program that writes it, with [`merge`] for files that hold more.

mod client;
mod containerd;
mod containers;
mod docker;
mod guide;
mod installation;
mod kubernetes;
mod merge;
mod site;

pub use client::{Client, UnknownClient};
pub use guide::{Block, Guide, Place, Step};
pub use installation::{Installation, Service, installation};
pub use merge::{Merged, Unmergeable, merge};
pub use site::{Direct, Site, Transport};

/// How this client is set up at this site.
pub fn guide(client: Client, site: &Site) -> Guide {
    match client {
        Client::Docker => docker::engine(site),
        Client::Containerd => containerd::guide(site),
        Client::Podman => containers::podman(site),
        Client::Crio => containers::crio(site),
        Client::BuildKit => docker::buildkit(site),
        Client::Kubernetes => kubernetes::guide(site),
    }
}
