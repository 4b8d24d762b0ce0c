//! Machines on which something could be walked around, each way found by its
//! name, with what to do about it.

use pullgate_machine::Owner;
use pullgate_machine::doctor::{Finding, Gateway, Verdict, examine};

use super::image::Image;

const GATEWAY: &str = "gateway.acme.example:5000";
const DAEMON: &str = "/etc/docker/daemon.json";
const HOSTS: &str = "/etc/containerd/certs.d/docker.io/hosts.toml";
const CONTAINERS: &str = "/etc/containers/registries.conf.d/pullgate.conf";
const SIGN_IN: &str = "/usr/share/docker-desktop/registry/registry.json";
const PLUGIN: &str = "/run/docker/plugins/pullgate.sock";
const DROP_IN: &str = "/etc/systemd/system/docker.service.d/pullgate.conf";

/// A machine as it should be: every client that there is goes through the
/// gateway, and people have to sign in.
fn good() -> Image {
    let image = Image::new();
    for program in ["dockerd", "containerd", "podman"] {
        image.write(&format!("/usr/bin/{program}"), "");
    }
    image.socket("/run/docker.sock");
    image.socket("/run/containerd/containerd.sock");
    image.socket(PLUGIN);
    image.write(SIGN_IN, "{\"allowedOrgs\":[\"acme\"]}\n");
    image.write(DAEMON, "{\"authorization-plugins\": [\"pullgate\"]}\n");
    image.write(
        DROP_IN,
        "[Service]\nEnvironment=\"HTTP_PROXY=http://127.0.0.1:9\"\nEnvironment=\"HTTPS_PROXY=http://127.0.0.1:9\"\n",
    );
    image.write(
        "/lib/systemd/system/docker.service",
        "[Service]\nExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock\n",
    );
    image.write(
        "/lib/systemd/system/docker.socket",
        "[Socket]\nListenStream=/run/docker.sock\n",
    );
    image.write(HOSTS, format!("server = \"https://{GATEWAY}\"\n\n[host]\n"));
    image.write(
        CONTAINERS,
        format!("[[registry]]\nprefix = \"docker.io\"\nlocation = \"{GATEWAY}/docker.io\"\n"),
    );
    image.write(
        "/etc/containers/registries.conf",
        "unqualified-search-registries = []\n",
    );
    image
}

fn look(image: &Image) -> Vec<Finding> {
    let gateway = Gateway::read(GATEWAY).unwrap();
    examine(&image.root(), image.owner, Some(&gateway)).unwrap()
}

/// Names of what does not hold.
fn wrong(findings: &[Finding]) -> Vec<&str> {
    let wrong = findings
        .iter()
        .filter(|finding| finding.verdict >= Verdict::Unknown);
    wrong.map(|finding| finding.name).collect()
}

#[test]
fn a_machine_as_it_should_be_holds() {
    let findings = look(&good());
    assert_eq!(wrong(&findings), [""; 0]);
    let holds: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Holds)
        .map(|finding| finding.name)
        .collect();
    assert_eq!(
        holds,
        [
            "sign-in",
            "plugin",
            "docker-group",
            "engine-direct",
            "hosts",
            "registries-conf",
            "configuration"
        ]
    );
}

/// What is done to a machine as it should be, and the name of what is found.
type Case = (&'static str, fn(&Image), &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "nobody has to sign in",
        |image| std::fs::remove_file(image.path(SIGN_IN)).unwrap(),
        &["sign-in-absent"],
    ),
    (
        "registry.json begins with a byte-order mark",
        |image| image.write(SIGN_IN, "\u{feff}{\"allowedOrgs\":[\"acme\"]}"),
        &["sign-in-byte-order-mark"],
    ),
    (
        "everybody writes registry.json",
        |image| image.mode(SIGN_IN, 0o666),
        &["sign-in-everybody-writes"],
    ),
    (
        "registry.json demands nothing",
        |image| image.write(SIGN_IN, "{\"allowedOrgs\":[]}"),
        &["sign-in-broken"],
    ),
    (
        "the Engine asks nobody",
        |image| image.write(DAEMON, "{}"),
        &["plugin-missing"],
    ),
    (
        "the Engine has no configuration at all",
        |image| std::fs::remove_file(image.path(DAEMON)).unwrap(),
        &["plugin-missing"],
    ),
    (
        "the Engine asks another plugin",
        |image| image.write(DAEMON, "{\"authorization-plugins\": [\"other\"]}"),
        &["plugin-missing"],
    ),
    (
        "the agent is away",
        |image| std::fs::remove_file(image.path(PLUGIN)).unwrap(),
        &["plugin-away"],
    ),
    (
        "the agent's settings let images in from files",
        |image| {
            image.write(
                "/etc/pullgate/agent.toml",
                "server = \"https://pullgate.acme.example\"\n[calls]\nload = \"allowed\"\nbuild = \"denied\"\n",
            );
        },
        &["agent-leaves-open"],
    ),
    (
        "the agent's settings are broken",
        |image| image.write("/etc/pullgate/agent.toml", "server = "),
        &["agent-unreadable"],
    ),
    (
        "daemon.json is broken",
        |image| image.write(DAEMON, "{\"authorization-plugins\": [\"pullgate\"]"),
        &["daemon-json-unreadable", "plugin-missing"],
    ),
    (
        "the Engine listens on TCP, by daemon.json",
        |image| {
            image.write(
                DAEMON,
                "{\"authorization-plugins\": [\"pullgate\"], \"hosts\": [\"unix:///run/docker.sock\", \"tcp://0.0.0.0:2375\"]}",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on TCP, by its unit",
        |image| {
            image.write(
                "/etc/systemd/system/docker.service.d/tcp.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// \\\n  -H tcp://127.0.0.1:2375\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on TCP, by its socket's unit",
        |image| {
            image.write(
                "/etc/systemd/system/docker.socket.d/tcp.conf",
                "[Socket]\nListenStream=2375\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "a running dockerd listens on TCP, whoever started it",
        |image| image.write("/proc/4242/cmdline", "/usr/sbin/dockerd\0-Htcp://:2375\0"),
        &["engine-tcp"],
    ),
    (
        "something listens on the Engine's port",
        |image| {
            image.write(
                "/proc/net/tcp6",
                "  sl  local_address rem_address st\n   0: 00000000000000000000000000000000:0947 00000000000000000000000000000000:0000 0A 0 0 0\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on another socket",
        |image| {
            image.write(
                DAEMON,
                "{\"authorization-plugins\": [\"pullgate\"], \"hosts\": [\"unix:///srv/docker.sock\"]}",
            );
        },
        &["engine-socket"],
    ),
    (
        "everybody may talk to the Engine",
        |image| image.mode("/run/docker.sock", 0o666),
        &["engine-socket-open"],
    ),
    (
        "somebody is in the group docker",
        |image| image.write("/etc/group", "root:x:0:\ndocker:x:120:dora\n"),
        &["docker-group"],
    ),
    (
        "somebody has the group docker as their first",
        |image| image.write("/etc/group", "root:x:0:\ndocker:x:1000:\n"),
        &["docker-group"],
    ),
    (
        "dockerd has a mirror",
        |image| {
            image.write(
                DAEMON,
                "{\"authorization-plugins\": [\"pullgate\"], \"registry-mirrors\": [\"https://gateway.acme.example:5000\"]}",
            );
        },
        &["mirror-falls-back"],
    ),
    (
        "dockerd goes to registries itself",
        |image| std::fs::remove_file(image.path(DROP_IN)).unwrap(),
        &["engine-direct"],
    ),
    (
        "dockerd has a real proxy",
        |image| {
            image.write(
                DROP_IN,
                "[Service]\nEnvironment=HTTPS_PROXY=http://proxy.acme.example:3128\n",
            );
        },
        &["engine-direct"],
    ),
    (
        "containerd has no file for Docker Hub",
        |image| std::fs::remove_file(image.path(HOSTS)).unwrap(),
        &["containerd-direct"],
    ),
    (
        "containerd has the gateway as a host above Docker Hub",
        |image| {
            image.write(
                HOSTS,
                "server = \"https://registry-1.docker.io\"\n[host.\"https://gateway.acme.example:5000\"]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd has another host above the gateway",
        |image| {
            image.write(
                HOSTS,
                "server = \"https://gateway.acme.example:5000\"\n[host.\"https://mirror.example\"]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd's file names no server",
        |image| image.write(HOSTS, "[host.\"https://gateway.acme.example:5000\"]\n"),
        &["hosts-fall-back"],
    ),
    (
        "containerd's file has no host table",
        |image| image.write(HOSTS, "server = \"https://gateway.acme.example:5000\"\n"),
        &["hosts-without-table"],
    ),
    (
        "containerd's file is broken",
        |image| image.write(HOSTS, "server = gateway\n"),
        &["hosts-unreadable"],
    ),
    (
        "another registry is asked directly by containerd",
        |image| {
            image.write(
                "/etc/containerd/certs.d/ghcr.io/hosts.toml",
                "server = \"https://ghcr.io\"\n[host]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd's Kubernetes side has mirrors",
        |image| {
            image.write(
                "/etc/containerd/config.toml",
                "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://gateway.acme.example:5000\"]\n",
            );
        },
        &["cri-mirror-falls-back"],
    ),
    (
        "a Kubernetes node's containerd reads no hosts",
        |image| image.write("/usr/bin/kubelet", ""),
        &["cri-without-hosts"],
    ),
    (
        "others may talk to containerd",
        |image| image.mode("/run/containerd/containerd.sock", 0o666),
        &["containerd-socket-open"],
    ),
    (
        "podman has a mirror",
        |image| {
            image.write(
                CONTAINERS,
                "[[registry]]\nprefix = \"docker.io\"\nlocation = \"docker.io\"\n[[registry.mirror]]\nlocation = \"gateway.acme.example:5000/docker.io\"\n",
            );
        },
        &["registries-conf-mirror"],
    ),
    (
        "podman has no entry for Docker Hub",
        |image| std::fs::remove_file(image.path(CONTAINERS)).unwrap(),
        &["containers-direct"],
    ),
    (
        "a later file of podman's goes to the registry itself",
        |image| {
            image.write(
                "/etc/containers/registries.conf.d/zz.conf",
                "[[registry]]\nprefix = \"docker.io\"\nlocation = \"registry-1.docker.io\"\n",
            );
        },
        &["containers-direct"],
    ),
    (
        "podman's file is broken",
        |image| image.write("/etc/containers/registries.conf", "[[registry"),
        &["registries-conf-unreadable"],
    ),
    (
        "somebody has a registries.conf of their own",
        |image| image.write("/home/mia/.config/containers/registries.conf", ""),
        &["own-configuration"],
    ),
    (
        "somebody has configured an Engine of their own",
        |image| image.write("/home/mia/.config/docker/daemon.json", "{}"),
        &["own-engine"],
    ),
    (
        "somebody runs an Engine of their own",
        |image| image.socket("/run/user/1000/docker.sock"),
        &["own-engine"],
    ),
    (
        "everybody writes daemon.json",
        |image| image.mode(DAEMON, 0o666),
        &["writable-configuration"],
    ),
    (
        "everybody writes the folder of podman's files",
        |image| image.mode("/etc/containers/registries.conf.d", 0o777),
        &["writable-configuration"],
    ),
    (
        "a file of containerd's is a link into a home folder",
        |image| {
            std::fs::remove_file(image.path(HOSTS)).unwrap();
            image.write(
                "/home/mia/hosts.toml",
                "server = \"https://gateway.acme.example:5000\"\n[host]\n",
            );
            image.link(HOSTS, "/home/mia/hosts.toml");
        },
        &["writable-configuration"],
    ),
];

#[test]
fn each_hole_is_found_by_its_name_with_what_to_do_about_it() {
    for (what, opens, expected) in CASES {
        let image = good();
        opens(&image);
        let findings = look(&image);
        assert_eq!(wrong(&findings), *expected, "{what}: {findings:#?}");
        for finding in &findings {
            let is_told = finding.what.ends_with('.') && !finding.subject.is_empty();
            assert!(is_told, "{what}: {finding:?}");
            if finding.verdict >= Verdict::Unknown {
                assert!(!finding.mend.is_empty(), "{what}: {finding:?}");
            }
        }
    }
}

#[test]
fn many_holes_are_all_found() {
    let image = good();
    let mut all = Vec::new();
    // Those that do not undo each other.
    for (what, opens, expected) in CASES {
        let alone = [
            "everybody writes registry.json",
            "everybody may talk to the Engine",
            "somebody is in the group docker",
            "dockerd goes to registries itself",
            "containerd's file has no host table",
            "podman has a mirror",
            "others may talk to containerd",
            "everybody writes daemon.json",
            "somebody runs an Engine of their own",
        ];
        if alone.contains(what) {
            opens(&image);
            all.extend_from_slice(expected);
        }
    }
    let findings = look(&image);
    for name in all {
        assert!(wrong(&findings).contains(&name), "{name}");
    }
}

#[test]
fn what_is_not_root_s_is_found() {
    let image = good();
    let somebody = Owner {
        uid: image.owner.uid + 1,
        gid: image.owner.gid + 1,
    };
    let gateway = Gateway::read(GATEWAY).unwrap();
    let findings = examine(&image.root(), somebody, Some(&gateway)).unwrap();
    let names = wrong(&findings);
    for name in [
        "sign-in-owner",
        "engine-socket-owner",
        "containerd-socket-open",
        "writable-configuration",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn a_machine_without_clients_has_no_holes_but_the_sign_in() {
    let image = Image::new();
    assert_eq!(wrong(&look(&image)), ["sign-in-absent"]);
}

#[test]
fn without_a_known_gateway_nothing_holds_against_it() {
    let image = good();
    let findings = examine(&image.root(), image.owner, None).unwrap();
    assert_eq!(wrong(&findings), ["gateway-unknown"]);
    // A server of Docker Hub's is not the gateway in any case.
    image.write(
        HOSTS,
        "server = \"https://Registry-1.docker.io.:443/v2\"\n[host]\n",
    );
    let findings = examine(&image.root(), image.owner, None).unwrap();
    assert_eq!(wrong(&findings), ["gateway-unknown", "hosts-fall-back"]);
}
