//! `docker login` and `docker pull`, with a real daemon.

use std::sync::{Arc, LazyLock};

use pullgate_e2e::{DockerPull, Dockerd, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerPull {
    static DAEMON: LazyLock<Arc<Dockerd>> = LazyLock::new(Dockerd::start);
    DockerPull::new(&DAEMON, site)
}
