//! `docker build` with BuildKit in the daemon.
//!
//! Each story has a daemon of its own. BuildKit keeps what it has resolved
//! and who was signed in for everybody who builds on the same daemon, so that
//! on a shared one a person may be answered with another's sign-in.

use pullgate_e2e::{Builder, DockerBuild, Dockerd, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerBuild {
    DockerBuild::new(&Dockerd::start(), site, Builder::BuildKit)
}
