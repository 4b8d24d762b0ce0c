//! What becomes of files that hold more than Pullgate's settings.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use pullgate_client_config::{
    Client, Direct, Service, Site, Transport, Unmergeable, installation, merge,
};

const DAEMON: &str = "/etc/docker/daemon.json";
const RUNTIME: &str = "/etc/containerd/config.toml";

fn acme() -> Site {
    Site {
        gateway: "gateway.acme.example:5000".to_owned(),
        transport: Transport::Https,
        registries: vec!["docker.io".to_owned(), "ghcr.io".to_owned()],
        username: "mia".to_owned(),
        authority: None,
        direct: Direct::Left,
    }
}

/// The files of an installation, and what they hold on a machine where
/// nothing was there.
fn files(client: Client, site: &Site) -> Vec<(String, String)> {
    let files = installation(client, site).files.into_iter();
    files
        .map(|(path, ours)| {
            let text = merge(&path, &ours, None).unwrap().text;
            (path, text)
        })
        .collect()
}

#[test]
fn daemon_json_keeps_what_is_there_as_it_is_written() {
    let ours = "{\n  \"insecure-registries\": [\"gateway.acme.example:5000\"]\n}\n";
    let existing = "{\n  \"storage-driver\": \"overlay2\",\n  \"log-opts\": {\"max-size\":\"10m\"},\n  \"insecure-registries\": [\"10.0.0.1:5000\"],\n  \"bip\": \"172.26.0.1/16\"\n}\n";
    let merged = merge(DAEMON, ours, Some(existing)).unwrap().text;
    assert_eq!(
        merged,
        "{\n  \"storage-driver\": \"overlay2\",\n  \"log-opts\": {\"max-size\":\"10m\"},\n  \"insecure-registries\": [\"10.0.0.1:5000\",\"gateway.acme.example:5000\"],\n  \"bip\": \"172.26.0.1/16\"\n}\n"
    );
    let again = merge(DAEMON, ours, Some(&merged)).unwrap().text;
    assert_eq!(again, merged, "twice is once");
    for empty in [None, Some(""), Some("  \n")] {
        assert_eq!(merge(DAEMON, ours, empty).unwrap().text, ours);
    }
    let bare = merge(DAEMON, ours, Some("{}")).unwrap().text;
    let value: serde_json::Value = serde_json::from_str(&bare).unwrap();
    assert_eq!(value["insecure-registries"][0], "gateway.acme.example:5000");
}

#[test]
fn a_file_that_is_broken_is_not_made_worse() {
    let ours = "{\"insecure-registries\": [\"a\"]}";
    for broken in ["{", "[]", "{\"a\": }", "null"] {
        let error = merge(DAEMON, ours, Some(broken)).unwrap_err();
        assert!(matches!(error, Unmergeable::Unreadable(_)), "{broken}");
    }
    let odd = "{\"insecure-registries\": \"a\"}";
    let error = merge(DAEMON, ours, Some(odd)).unwrap_err();
    assert_eq!(error, Unmergeable::Shape("insecure-registries".to_owned()));
    for broken in ["a =", "[plugins", "version = 9"] {
        assert!(merge(RUNTIME, "", Some(broken)).is_err(), "{broken}");
    }
    let odd = "version = 2\nplugins = 1\n";
    assert!(merge(RUNTIME, "", Some(odd)).is_err());
}

#[test]
fn containerds_file_keeps_comments_and_other_plugins() {
    let existing = "# Ours, since 2021.\nversion = 2\n\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"pause:3.9\" # pinned\n\n[debug]\n  level = \"info\"\n";
    let merged = merge(RUNTIME, "", Some(existing)).unwrap();
    assert_eq!(merged.removed, [""; 0]);
    for line in existing.lines() {
        assert!(merged.text.contains(line), "{line}\n{}", merged.text);
    }
    let table = "[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d\"\n";
    assert!(merged.text.contains(table), "{}", merged.text);
    let again = merge(RUNTIME, "", Some(&merged.text)).unwrap();
    assert_eq!(again, merged, "twice is once");
}

#[test]
fn each_version_of_containerds_file_has_the_table_where_it_is_read() {
    for (existing, table) in [
        (None, "[plugins.\"io.containerd.grpc.v1.cri\".registry]"),
        (
            Some("version = 2\n"),
            "[plugins.\"io.containerd.grpc.v1.cri\".registry]",
        ),
        (
            Some("version = 3\n"),
            "[plugins.\"io.containerd.cri.v1.images\".registry]",
        ),
        (Some("disabled_plugins = []\n"), "[plugins.cri.registry]"),
    ] {
        let text = merge(RUNTIME, "", existing).unwrap().text;
        assert!(text.contains(table), "{existing:?}: {text}");
        assert!(text.contains("config_path = \"/etc/containerd/certs.d\""));
    }
    let fresh = merge(RUNTIME, "", None).unwrap().text;
    assert!(fresh.starts_with("version = 2\n"), "{fresh}");
}

#[test]
fn mirrors_of_the_old_way_are_taken_out_and_named() {
    let existing = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/srv/hosts\"\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://mirror.example\"]\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"a.example\".tls]\ninsecure_skip_verify = true\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"a.example\".auth]\nusername = \"u\"\n";
    let merged = merge(RUNTIME, "", Some(existing)).unwrap();
    assert!(!merged.text.contains("mirror.example"), "{}", merged.text);
    assert!(!merged.text.contains("insecure_skip_verify"));
    assert!(merged.text.contains("username = \"u\""), "{}", merged.text);
    let told = merged.removed.join("; ");
    for part in ["/srv/hosts", "mirrors", "a.example"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Several folders, of which ours is the first, are as good.
    let several = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d:/etc/docker/certs.d\"\n";
    assert_eq!(merge(RUNTIME, "", Some(several)).unwrap().text, several);
}

#[test]
fn an_authority_of_ones_own_is_put_where_each_client_looks() {
    let site = Site {
        authority: Some("PEM\n".to_owned()),
        ..acme()
    };
    for (client, path) in [
        (
            Client::Docker,
            "/etc/docker/certs.d/gateway.acme.example:5000/ca.crt",
        ),
        (
            Client::BuildKit,
            "/etc/docker/certs.d/gateway.acme.example:5000/ca.crt",
        ),
        (Client::Containerd, "/etc/containerd/pullgate-ca.crt"),
        (Client::Kubernetes, "/etc/containerd/pullgate-ca.crt"),
        (
            Client::Podman,
            "/etc/containers/certs.d/gateway.acme.example:5000/ca.crt",
        ),
    ] {
        let files = files(client, &site);
        let found = files.iter().find(|(name, _)| name == path);
        assert_eq!(found.unwrap().1, "PEM\n", "{client:?}");
    }
    let hosts = &files(Client::Containerd, &site)[1].1;
    assert_eq!(
        hosts,
        "server = \"https://gateway.acme.example:5000\"\nca = \"/etc/containerd/pullgate-ca.crt\"\n\n[host]\n"
    );
}

#[test]
fn dockerds_own_way_is_closed_only_when_asked_for() {
    assert_eq!(files(Client::Docker, &acme()), []);
    assert_eq!(installation(Client::Docker, &acme()).restart, []);
    let site = Site {
        direct: Direct::Closed,
        ..acme()
    };
    let files = files(Client::Docker, &site);
    let (path, text) = &files[0];
    assert_eq!(path, "/etc/systemd/system/docker.service.d/pullgate.conf");
    assert!(
        text.contains("\"HTTPS_PROXY=http://127.0.0.1:9\""),
        "{text}"
    );
    assert!(text.contains("\"NO_PROXY=gateway.acme.example\""), "{text}");
    let restart = installation(Client::Docker, &site).restart;
    assert_eq!(restart, [Service::Docker]);
    assert!(restart[0].restart().contains("daemon-reload"));
}
