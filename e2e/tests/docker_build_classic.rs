//! `docker build` with the daemon's classic builder.

use std::sync::{Arc, OnceLock};

use pullgate_e2e::{Builder, DockerBuild, Dockerd, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerBuild {
    static DAEMON: OnceLock<Arc<Dockerd>> = OnceLock::new();
    DockerBuild::new(DAEMON.get_or_init(Dockerd::start), site, Builder::Classic)
}
