//! The guides, as somebody at acme reads them.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use pullgate_client_config::{Client, Direct, Place, Site, Transport, guide};

fn acme() -> Site {
    Site {
        gateway: "gateway.acme.example:5000".to_owned(),
        transport: Transport::Https,
        registries: vec![
            "docker.io".to_owned(),
            "ghcr.io".to_owned(),
            "registry.acme.example:5001".to_owned(),
        ],
        username: "mia".to_owned(),
        authority: None,
        direct: Direct::Left,
    }
}

/// All texts to copy, with where they belong.
fn texts(client: Client, site: &Site) -> Vec<(Place, String)> {
    let steps = guide(client, site).steps.into_iter();
    let blocks = steps.flat_map(|step| step.blocks);
    blocks.map(|block| (block.place, block.text)).collect()
}

fn file(client: Client, site: &Site, path: &str) -> String {
    let found = texts(client, site)
        .into_iter()
        .find(|(place, _)| *place == Place::File(path.to_owned()));
    found.unwrap_or_else(|| panic!("no {path}")).1
}

#[test]
fn what_is_written_here_is_what_the_documentation_says_was_tried() {
    let page = include_str!("../../../docs/clients.md");
    let site = Site {
        registries: vec!["docker.io".to_owned()],
        ..acme()
    };
    let hosts = file(
        Client::Containerd,
        &site,
        "/etc/containerd/certs.d/docker.io/hosts.toml",
    );
    let conf = file(
        Client::Podman,
        &site,
        "/etc/containers/registries.conf.d/pullgate.conf",
    );
    for text in [hosts, conf] {
        assert!(page.contains(&format!("```toml\n{text}```")), "{text}");
    }
    assert!(page.contains("docker login gateway.acme.example:5000"));
    assert!(page.contains("docker pull gateway.acme.example:5000/library/nginx"));
}

#[test]
fn containerd_has_one_server_for_each_registry_and_no_other_host() {
    for client in [Client::Containerd, Client::Kubernetes] {
        for registry in acme().registries {
            let path = format!("/etc/containerd/certs.d/{registry}/hosts.toml");
            assert_eq!(
                file(client, &acme(), &path),
                "server = \"https://gateway.acme.example:5000\"\n\n[host]\n"
            );
        }
    }
}

#[test]
fn a_newer_engine_has_one_server_for_each_registry_where_its_own_way_is_closed() {
    let closed = Site {
        direct: Direct::Closed,
        authority: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
        ..acme()
    };
    for client in [Client::Docker, Client::BuildKit] {
        for registry in acme().registries {
            let path = format!("/etc/docker/certs.d/{registry}/hosts.toml");
            assert_eq!(
                file(client, &closed, &path),
                "server = \"https://gateway.acme.example:5000\"\n\
                 ca = \"/etc/docker/certs.d/gateway.acme.example:5000/ca.crt\"\n\n[host]\n"
            );
        }
        let open = texts(client, &acme());
        let is_file = |place: &Place| matches!(place, Place::File(_));
        assert!(!open.iter().any(|(place, _)| is_file(place)), "{client:?}");
    }
}

#[test]
fn podman_rewrites_each_registry_that_can_stand_behind_a_name() {
    let path = "/etc/containers/registries.conf.d/pullgate.conf";
    let text = file(Client::Podman, &acme(), path);
    assert_eq!(text.matches("[[registry]]").count(), 2);
    assert!(text.contains("location = \"gateway.acme.example:5000/ghcr.io\""));
    assert!(!text.contains("mirror"), "a mirror falls back");
    assert!(!text.contains("5001"), "an image's name has one port");
    assert!(!text.contains("insecure"));
}

#[test]
fn no_configuration_falls_back() {
    for client in Client::ALL {
        for (place, text) in texts(client, &acme()) {
            assert!(!text.contains("registry-mirrors"), "{client:?} {place:?}");
            assert!(!text.contains("[[registry.mirror]]"), "{client:?}");
            assert!(!text.contains("[host.\""), "{client:?}");
            assert!(text.ends_with('\n'), "{client:?} {place:?}");
        }
    }
}

#[test]
fn a_gateway_without_encryption_is_named_as_one_everywhere() {
    let site = Site {
        transport: Transport::Http,
        ..acme()
    };
    let daemon = file(Client::Docker, &site, "/etc/docker/daemon.json");
    assert!(daemon.contains("\"insecure-registries\": [\"gateway.acme.example:5000\"]"));
    let hosts = "/etc/containerd/certs.d/ghcr.io/hosts.toml";
    assert!(file(Client::Containerd, &site, hosts).contains("\"http://gateway"));
    let conf = "/etc/containers/registries.conf.d/pullgate.conf";
    let conf = file(Client::Podman, &site, conf);
    // Two registries, and the gateway itself, for podman login.
    assert_eq!(conf.matches("insecure = true").count(), 3);
    assert!(conf.contains("[[registry]]\nlocation = \"gateway.acme.example:5000\"\n"));
    let encrypted = texts(Client::Docker, &acme());
    assert!(encrypted.iter().all(|(place, _)| *place == Place::Shell));
}

#[test]
fn every_guide_says_who_signs_in_and_what_stays_open() {
    for client in Client::ALL {
        let guide = guide(client, &acme());
        assert!(!guide.enforced.is_empty() && !guide.open.is_empty());
        let named = texts(client, &acme());
        assert!(
            named.iter().any(|(_, text)| text.contains("mia")),
            "{client:?}"
        );
    }
    for client in [Client::Docker, Client::BuildKit] {
        let open = guide(client, &acme()).open.join(" ");
        assert!(open.contains("blocking egress") && open.contains("mirror"));
    }
}

#[test]
fn a_client_is_found_by_its_word() {
    for client in Client::ALL {
        assert_eq!(client.as_str().parse(), Ok(client));
    }
    let error = "rkt".parse::<Client>().unwrap_err().to_string();
    assert!(error.contains("docker, containerd"), "{error}");
}
