//! `docker login` and `docker pull`, with a real daemon.

use std::sync::{Arc, OnceLock};

use pullgate_e2e::{DockerPull, Dockerd, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerPull {
    static DAEMON: OnceLock<Arc<Dockerd>> = OnceLock::new();
    DockerPull::new(DAEMON.get_or_init(Dockerd::start), site)
}
