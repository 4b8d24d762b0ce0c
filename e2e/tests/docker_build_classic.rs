//! `docker build` with the daemon's classic builder.

use std::sync::{Arc, LazyLock};

use pullgate_e2e::{Builder, DockerBuild, Dockerd, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerBuild {
    static DAEMON: LazyLock<Arc<Dockerd>> = LazyLock::new(Dockerd::start);
    DockerBuild::new(&DAEMON, site, Builder::Classic)
}
