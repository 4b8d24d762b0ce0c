//! One repository, one spelling: the aliases, and the look-alikes that are none.

use pullgate_reference::{NameError, Reference, Registry, Repository};

const ALIASES: [&str; 7] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
    "registry.docker.io",
    "auth.docker.io",
];

fn means(name: &str) -> String {
    Reference::parse(name)
        .unwrap_or_else(|e| panic!("{name}: {e}"))
        .repository()
        .to_string()
}

#[test]
fn every_alias_of_docker_hub_means_docker_hub() {
    for alias in ALIASES {
        for host in [alias.to_owned(), alias.to_uppercase()] {
            for port in ["", ":443", ":0443"] {
                assert_eq!(
                    means(&format!("{host}{port}/evil/miner")),
                    "docker.io/evil/miner"
                );
                for dot in ["", "."] {
                    let registry = Registry::parse(&format!("{host}{dot}{port}")).unwrap();
                    assert_eq!(registry, Registry::docker_hub(), "{host}{dot}{port}");
                    assert!(registry.is_docker_hub());
                }
            }
        }
    }
}

#[test]
fn an_alias_is_no_way_around_the_official_namespace() {
    for alias in ALIASES {
        let repository = Reference::parse(&format!("{alias}/nginx"))
            .unwrap()
            .repository();
        assert_eq!(repository.as_str(), "docker.io/library/nginx", "{alias}");
        assert!(repository.is_official());
    }
    let requested = Repository::new(&Registry::docker_hub(), "nginx").unwrap();
    assert_eq!(requested.as_str(), "docker.io/library/nginx");
}

#[test]
fn an_alias_on_another_port_is_another_registry() {
    for alias in ALIASES {
        for port in ["80", "5000", "4430", "44300", "0"] {
            let name = format!("{alias}:{port}");
            let registry = Registry::parse(&name).unwrap();
            assert!(!registry.is_docker_hub(), "{name}");
            assert_eq!(registry.as_str(), name);
            assert_eq!(means(&format!("{name}/nginx")), format!("{name}/nginx"));
        }
    }
}

#[test]
fn a_registry_has_one_spelling() {
    for (written, canonical) in [
        ("ghcr.io", "ghcr.io"),
        ("GHCR.io", "ghcr.io"),
        ("ghcr.io.", "ghcr.io"),
        ("ghcr.io:443", "ghcr.io"),
        ("Ghcr.IO.:443", "ghcr.io"),
        ("registry.acme.example:5000", "registry.acme.example:5000"),
        ("registry.acme.example.:05000", "registry.acme.example:5000"),
        ("registry.acme.example:000", "registry.acme.example:0"),
        ("localhost", "localhost"),
        ("LOCALHOST:443", "localhost"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("[::1]", "[::1]"),
        ("[0:0:0:0:0:0:0:1]:443", "[::1]"),
        ("[2001:DB8::0001]:5000", "[2001:db8::1]:5000"),
        ("[::FFFF:7f00:1]", "[::ffff:7f00:1]"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ] {
        let registry = Registry::parse(written).unwrap();
        assert_eq!(registry.as_str(), canonical, "{written}");
        assert_eq!(Registry::parse(canonical).unwrap(), registry);
    }
}

/// `FOO/app` lies on the host FOO. In lower case it would be read as the Docker
/// Hub account foo, so the canonical name keeps the port.
#[test]
fn a_host_without_a_dot_never_turns_into_a_docker_hub_account() {
    for written in ["FOO/app", "foo:443/app", "Foo:0443/app"] {
        assert_eq!(means(written), "foo:443/app");
    }
    assert_eq!(means(&means("FOO/app")), "foo:443/app");
    assert_eq!(means("foo/app"), "docker.io/foo/app");
    assert_eq!(Registry::parse("foo").unwrap().as_str(), "foo:443");
    assert_eq!(means("foo:5000/app"), "foo:5000/app");
}

#[test]
fn look_alike_registries_are_not_docker_hub() {
    for name in [
        "docker.io.evil.example/library/nginx",
        "evildocker.io/library/nginx",
        "docker.i0/library/nginx",
        "docker-io.example/library/nginx",
        "d0cker.io/library/nginx",
        "docker.io.com/library/nginx",
        "hub.docker.io/library/nginx",
        "registry-2.docker.io/library/nginx",
        "xn--dcker-jua.io/library/nginx",
    ] {
        let repository = Reference::parse(name).unwrap().repository();
        assert!(!repository.registry().is_docker_hub(), "{name}");
        assert!(!repository.is_official(), "{name}");
        assert_eq!(repository.as_str(), name);
    }
}

#[test]
fn look_alike_letters_are_refused_by_number() {
    for (name, number) in [
        ("nginх", "U+0445"),
        ("dоcker.io/library/nginx", "U+043E"),
        ("docker.io/library/ngi\u{200b}nx", "U+200B"),
        ("docker。io/library/nginx", "U+3002"),
        ("ＮＧＩＮＸ", "U+FF2E"),
        ("nginx\u{0}", "U+0000"),
        ("nginx\n", "U+000A"),
        ("\u{feff}nginx", "U+FEFF"),
        ("nginx:lаtest", "U+0430"),
    ] {
        let error = Reference::parse(name).unwrap_err().to_string();
        assert!(error.contains(number), "{error}");
        assert!(error.is_ascii(), "{error}");
        assert!(!error.contains(char::is_control), "{error}");
        assert!(Repository::new(&Registry::docker_hub(), name).is_err());
    }
}

#[test]
fn a_request_path_is_refused_and_never_repaired() {
    let hub = Registry::docker_hub();
    let ghcr = Registry::parse("ghcr.io").unwrap();
    let long = "a".repeat(256);
    for path in [
        "",
        "/",
        "acme//app",
        "/acme/app",
        "acme/app/",
        "acme/./app",
        "acme/../app",
        "..",
        ".",
        "acme%2fapp",
        "acme%2Fapp",
        "acme/%61pp",
        "acme\\app",
        "Acme/app",
        "acme/aPP",
        "acme/app:latest",
        "acme/app@sha256",
        "acme/app?x",
        "acme/app#x",
        "acme/app ",
        " acme/app",
        "acme/app\0",
        "acme/_app",
        "acme/app-",
        "acme/a..b",
        "acme/a___b",
        "[::1]/app",
        "acme+app",
        &long,
    ] {
        for registry in [&hub, &ghcr] {
            assert!(
                Repository::new(registry, path).is_err(),
                "{registry} {path:?}"
            );
        }
    }
    // With library/ before it, it would be too long for Docker Hub alone.
    let long = "a".repeat(250);
    assert!(Repository::new(&ghcr, &long).is_ok());
    assert!(matches!(
        Repository::new(&hub, &long),
        Err(NameError::TooLong { .. })
    ));
}

#[test]
fn a_request_path_is_taken_as_it_is() {
    let ghcr = Registry::parse("ghcr.io").unwrap();
    let hub = Registry::docker_hub();
    for (registry, path, name) in [
        (&ghcr, "app", "ghcr.io/app"),
        (&ghcr, "acme/app", "ghcr.io/acme/app"),
        (&hub, "acme/app", "docker.io/acme/app"),
        (&hub, "library/nginx", "docker.io/library/nginx"),
        // A path is a path, also where a reference would see a registry.
        (&hub, "quay.io/app", "docker.io/quay.io/app"),
        (
            &hub,
            "docker.io/library/nginx",
            "docker.io/docker.io/library/nginx",
        ),
    ] {
        let repository = Repository::new(registry, path).unwrap();
        assert_eq!(repository.as_str(), name);
        assert_eq!(Repository::parse(name).unwrap(), repository);
    }
}

#[test]
fn a_registry_is_a_host_and_nothing_else() {
    for text in [
        "",
        ".",
        ".io",
        "docker.io..",
        "..docker.io",
        "docker..io",
        "docker.io:",
        "docker.io.:",
        "docker.io:http",
        "docker.io:443:443",
        "docker.io:+443",
        "docker.io/",
        "docker.io/library",
        "https://docker.io",
        "user@docker.io",
        "docker.io ",
        " docker.io",
        "docker%2eio",
        "-docker.io",
        "docker-.io",
        "docker_hub.io",
        "[::1].",
        "[fe80::1%25eth0]",
        "*.docker.io",
        "dоcker.io",
    ] {
        assert!(Registry::parse(text).is_err(), "{text:?}");
    }
    assert!(Registry::parse(&format!("{}.io", "a".repeat(300))).is_err());
}

#[test]
fn a_name_on_no_registry_is_read_by_the_grammar_and_refused_as_a_reference() {
    assert!(pullgate_reference::Reading::parse("a-b.c_d/app").is_ok());
    assert!(matches!(
        Reference::parse("a-b.c_d/app"),
        Err(NameError::NoRegistry(_))
    ));
    assert!(Repository::parse("a-b.c_d/app").is_err());
}

#[test]
fn official_is_exactly_one_component_below_library() {
    for (name, official) in [
        ("nginx", true),
        ("library/nginx", true),
        ("docker.io/nginx", true),
        ("registry-1.docker.io/nginx", true),
        ("library/library", true),
        ("docker.io/library/a/b", false),
        ("acme/library", false),
        ("acme/library/nginx", false),
        ("library-evil/nginx", false),
        ("ghcr.io/library/nginx", false),
        ("docker.io:5000/library/nginx", false),
        ("localhost/library/nginx", false),
    ] {
        assert_eq!(
            Repository::parse(name).unwrap().is_official(),
            official,
            "{name}"
        );
    }
}

#[test]
fn the_parts_of_a_repository() {
    let repository = Repository::parse("Registry.Acme.example:5000/team/app/web").unwrap();
    assert_eq!(repository.registry_str(), "registry.acme.example:5000");
    assert_eq!(repository.registry().as_str(), "registry.acme.example:5000");
    assert_eq!(repository.path(), "team/app/web");
    assert_eq!(repository.namespace(), "team");
    assert_eq!(
        repository.components().collect::<Vec<_>>(),
        ["team", "app", "web"]
    );
    assert_eq!(Repository::parse("ghcr.io/app").unwrap().namespace(), "app");
}

#[test]
fn a_repository_has_neither_tag_nor_digest() {
    let digest = format!("nginx@sha256:{}", "a".repeat(64));
    for name in [
        "nginx:latest",
        "nginx:",
        "ghcr.io/acme/app:1",
        &digest,
        "nginx@",
    ] {
        assert!(
            matches!(Repository::parse(name), Err(NameError::UnexpectedTarget(_))),
            "{name}"
        );
    }
}

#[test]
fn the_digest_wins_over_the_tag() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let reference = Reference::parse(&format!("index.docker.io/nginx:1.25@{digest}")).unwrap();
    assert_eq!(reference.tag(), None);
    assert_eq!(reference.target().as_str(), digest);
    assert_eq!(
        reference.to_string(),
        format!("docker.io/library/nginx@{digest}")
    );
    assert!(Reference::parse(&format!("nginx:.bad@{digest}")).is_err());
}

#[test]
fn a_reference_shows_what_was_read_and_means_what_is_canonical() {
    let reference = Reference::parse("Docker.io/nginx").unwrap();
    assert_eq!(reference.registry(), "Docker.io");
    assert_eq!(reference.path(), "nginx");
    assert_eq!(reference.tag().unwrap().as_str(), "latest");
    assert_eq!(reference.to_string(), "Docker.io/nginx:latest");
    assert_eq!(reference.repository().as_str(), "docker.io/library/nginx");
}
