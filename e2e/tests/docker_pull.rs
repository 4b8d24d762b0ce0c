//! `docker login` and `docker pull`, with a real daemon.

use std::sync::{Arc, LazyLock};

use pullgate_e2e::{Client, DockerPull, Dockerd, Elsewhere, Site, stories};

stories!(client);

fn client(site: &Site) -> DockerPull {
    static DAEMON: LazyLock<Arc<Dockerd>> = LazyLock::new(Dockerd::start);
    DockerPull::new(&DAEMON, site)
}

/// `docker pull GATEWAY/REGISTRY/org/denied`.
#[test]
fn another_registrys_image_is_named_behind_the_gateway() {
    let elsewhere = Elsewhere::on_an_address();
    let site = Site::start_with(|setting| elsewhere.add_to(setting));
    let client = client(&site);
    let name = format!("{}/org/denied:1", elsewhere.name);
    client.sign_in(&site.member).expect_success();
    client
        .pull(Some(&site.member), &name)
        .expect_failure(&format!(
            "denied: pull denied: {}/org/denied is outside Docker Hub and not listed as trusted",
            elsewhere.name
        ));
    assert_eq!(elsewhere.upstream.heard(), [""; 0]);
    client.sign_in(&site.owner).expect_success();
    client.pull(Some(&site.owner), &name).expect_success();
    assert_eq!(client.holds(&name), "elsewhere/org/denied:1");
    assert_eq!(elsewhere.front.heard(), [""; 0]);
}
