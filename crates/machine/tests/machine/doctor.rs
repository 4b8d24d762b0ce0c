//! Machines on which something could be walked around, each way found by its
//! name, with what to do about it.

use std::os::unix::fs::chown;

use pullgate_machine::Owner;
use pullgate_machine::doctor::{
    Asks, EngineHeard, EngineSaid, Finding, Gateway, PluginHeard, Running, Verdict, direct_way,
    engine_sockets, examine,
};

use super::image::Image;

const GATEWAY: &str = "gateway.acme.example:5000";
const DAEMON: &str = "/etc/docker/daemon.json";
const HOSTS: &str = "/etc/containerd/certs.d/docker.io/hosts.toml";
const CONTAINERS: &str = "/etc/containers/registries.conf.d/pullgate.conf";
const SIGN_IN: &str = "/usr/share/docker-desktop/registry/registry.json";
const PLUGIN: &str = "/run/docker/plugins/pullgate.sock";
const DROP_IN: &str = "/etc/systemd/system/docker.service.d/pullgate.conf";

/// What `client-config docker --close-direct` gives dockerd.
const CLOSED: &str = "[Service]\nEnvironment=\"HTTP_PROXY=http://127.0.0.1:9\"\nEnvironment=\"HTTPS_PROXY=http://127.0.0.1:9\"\nEnvironment=\"NO_PROXY=gateway.acme.example\"\n";

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
    image.write(DROP_IN, CLOSED);
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

/// What is heard there.
fn well() -> Running {
    Running {
        plugin: PluginHeard::Answer,
        engines: vec![EngineHeard {
            socket: "/run/docker.sock".to_owned(),
            said: Ok(EngineSaid {
                version: "20.10.24+dfsg1".to_owned(),
                asks: Asks::Agent,
                http_proxy: "http://127.0.0.1:9".to_owned(),
                https_proxy: "http://127.0.0.1:9".to_owned(),
                no_proxy: "gateway.acme.example".to_owned(),
            }),
        }],
    }
}

/// The Engine that is heard, to be changed.
fn engine(running: &mut Running) -> &mut EngineSaid {
    running.engines[0].said.as_mut().unwrap()
}

fn look(image: &Image, running: &Running) -> Vec<Finding> {
    let gateway = Gateway::read(GATEWAY).unwrap();
    examine(&image.root(), image.owner, Some(&gateway), Some(running)).unwrap()
}

/// The findings of this name.
fn named<'f>(findings: &'f [Finding], name: &str) -> Vec<&'f Finding> {
    let found = findings.iter().filter(|finding| finding.name == name);
    found.collect()
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
    let findings = look(&good(), &well());
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
type Case = (
    &'static str,
    fn(&Image, &mut Running),
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        "nobody has to sign in",
        |image, _| std::fs::remove_file(image.path(SIGN_IN)).unwrap(),
        &["sign-in-absent"],
    ),
    (
        "registry.json begins with a byte-order mark",
        |image, _| image.write(SIGN_IN, "\u{feff}{\"allowedOrgs\":[\"acme\"]}"),
        &["sign-in-byte-order-mark"],
    ),
    (
        "everybody writes registry.json",
        |image, _| image.mode(SIGN_IN, 0o666),
        &["sign-in-everybody-writes"],
    ),
    (
        "registry.json demands nothing",
        |image, _| image.write(SIGN_IN, "{\"allowedOrgs\":[]}"),
        &["sign-in-no-organizations"],
    ),
    (
        "the Engine asks nobody",
        |image, _| image.write(DAEMON, "{}"),
        &["plugin-missing"],
    ),
    (
        "the Engine has no configuration at all",
        |image, _| std::fs::remove_file(image.path(DAEMON)).unwrap(),
        &["plugin-missing"],
    ),
    (
        "the Engine asks another plugin",
        |image, _| image.write(DAEMON, "{\"authorization-plugins\": [\"other\"]}"),
        &["plugin-missing"],
    ),
    (
        "the agent is away",
        |image, _| std::fs::remove_file(image.path(PLUGIN)).unwrap(),
        &["plugin-away"],
    ),
    (
        "the agent's settings let images in from files",
        |image, _| {
            image.write(
                "/etc/pullgate/agent.toml",
                "server = \"https://pullgate.acme.example\"\n[calls]\nload = \"allowed\"\nbuild = \"denied\"\n",
            );
        },
        &["agent-leaves-open"],
    ),
    (
        "the agent's settings are broken",
        |image, _| image.write("/etc/pullgate/agent.toml", "server = "),
        &["agent-unreadable"],
    ),
    (
        "daemon.json is broken",
        |image, _| image.write(DAEMON, "{\"authorization-plugins\": [\"pullgate\"]"),
        &["daemon-json-unreadable", "plugin-missing"],
    ),
    (
        "the Engine listens on TCP, by daemon.json",
        |image, _| {
            image.write(
                DAEMON,
                "{\"authorization-plugins\": [\"pullgate\"], \"hosts\": [\"unix:///run/docker.sock\", \"tcp://0.0.0.0:2375\"]}",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on TCP, by its unit",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/tcp.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// \\\n  -H tcp://127.0.0.1:2375\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on TCP, by its socket's unit",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.socket.d/tcp.conf",
                "[Socket]\nListenStream=2375\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "a running dockerd listens on TCP, whoever started it",
        |image, _| image.write("/proc/4242/cmdline", "/usr/sbin/dockerd\0-Htcp://:2375\0"),
        &["engine-tcp"],
    ),
    (
        "something listens on the Engine's port",
        |image, _| {
            image.write(
                "/proc/net/tcp6",
                "  sl  local_address rem_address st\n   0: 00000000000000000000000000000000:0947 00000000000000000000000000000000:0000 0A 0 0 0\n",
            );
        },
        &["engine-tcp"],
    ),
    (
        "the Engine listens on another socket",
        |image, _| {
            image.write(
                DAEMON,
                "{\"authorization-plugins\": [\"pullgate\"], \"hosts\": [\"unix:///srv/docker.sock\"]}",
            );
        },
        &["engine-socket"],
    ),
    (
        "everybody may talk to the Engine",
        |image, _| image.mode("/run/docker.sock", 0o666),
        &["engine-socket-open"],
    ),
    (
        "somebody is in the group docker",
        |image, _| image.write("/etc/group", "root:x:0:\ndocker:x:120:dora\n"),
        &["docker-group"],
    ),
    (
        "somebody has the group docker as their first",
        |image, _| image.write("/etc/group", "root:x:0:\ndocker:x:1000:\n"),
        &["docker-group"],
    ),
    (
        "dockerd has a mirror, and nobody to ask",
        |image, _| {
            image.write(
                DAEMON,
                "{\"registry-mirrors\": [\"https://gateway.acme.example:5000\"]}",
            );
        },
        &["plugin-missing", "mirror-falls-back"],
    ),
    (
        "dockerd goes to registries itself, and nobody decides",
        |image, _| {
            std::fs::remove_file(image.path(DROP_IN)).unwrap();
            image.write(DAEMON, "{}");
        },
        &["plugin-missing", "engine-direct"],
    ),
    (
        "dockerd is to ask an agent that is away, and has a way",
        |image, running| {
            std::fs::remove_file(image.path(DROP_IN)).unwrap();
            running.plugin = PluginHeard::Nothing("nobody listens".to_owned());
        },
        &["plugin-away", "engine-direct"],
    ),
    (
        "an empty file is in the place of the agent's socket",
        |image, _| {
            std::fs::remove_file(image.path(PLUGIN)).unwrap();
            image.write(PLUGIN, "");
        },
        &["plugin-away"],
    ),
    (
        "nobody listens on the agent's socket",
        |_, running| running.plugin = PluginHeard::Nothing("nobody listens".to_owned()),
        &["plugin-away"],
    ),
    (
        "who looks may not ask the agent",
        |_, running| running.plugin = PluginHeard::Unasked("permission denied".to_owned()),
        &["plugin-unasked"],
    ),
    (
        "the Engine that runs has not loaded the plugin",
        |_, running| engine(running).asks = Asks::Nobody,
        &["plugin-not-loaded"],
    ),
    (
        "it cannot be told whether the Engine asks",
        |_, running| engine(running).asks = Asks::Unclear("it answered 500".to_owned()),
        &["engine-silent"],
    ),
    (
        "the Engine does not answer",
        |_, running| running.engines[0].said = Err("no answer after 5 seconds".to_owned()),
        &["engine-silent"],
    ),
    (
        "the Engine's unit names another configuration, without the plugin",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/file.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --config-file /etc/docker/other.json\n",
            );
            image.write("/etc/docker/other.json", "{}");
        },
        &["plugin-missing"],
    ),
    (
        "a running dockerd has another configuration, without the plugin",
        |image, _| {
            image.write("/srv/docker.json", "{}");
            image.write(
                "/proc/4242/cmdline",
                "/usr/sbin/dockerd\0--config-file=/srv/docker.json\0",
            );
        },
        &["plugin-missing"],
    ),
    (
        "an Engine of 29.2 builds without asking, and has a way",
        |image, running| {
            std::fs::remove_file(image.path(DROP_IN)).unwrap();
            *engine(running) = EngineSaid {
                version: "29.2.0".to_owned(),
                asks: Asks::Agent,
                ..EngineSaid::default()
            };
        },
        &["build-service", "engine-http2"],
    ),
    (
        "containerd has no file for Docker Hub, and the Engine asks nobody",
        |image, _| {
            std::fs::remove_file(image.path(HOSTS)).unwrap();
            image.write(DAEMON, "{}");
        },
        &["plugin-missing", "containerd-direct"],
    ),
    (
        "containerd has the gateway as a host above Docker Hub",
        |image, _| {
            image.write(
                HOSTS,
                "server = \"https://registry-1.docker.io\"\n[host.\"https://gateway.acme.example:5000\"]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd has another host above the gateway",
        |image, _| {
            image.write(
                HOSTS,
                "server = \"https://gateway.acme.example:5000\"\n[host.\"https://mirror.example\"]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd's file names no server",
        |image, _| image.write(HOSTS, "[host.\"https://gateway.acme.example:5000\"]\n"),
        &["hosts-fall-back"],
    ),
    (
        "containerd's file has no host table",
        |image, _| image.write(HOSTS, "server = \"https://gateway.acme.example:5000\"\n"),
        &["hosts-without-table"],
    ),
    (
        "containerd's file is broken",
        |image, _| image.write(HOSTS, "server = gateway\n"),
        &["hosts-unreadable"],
    ),
    (
        "another registry is asked directly by containerd",
        |image, _| {
            image.write(
                "/etc/containerd/certs.d/ghcr.io/hosts.toml",
                "server = \"https://ghcr.io\"\n[host]\n",
            );
        },
        &["hosts-fall-back"],
    ),
    (
        "containerd's Kubernetes side has mirrors",
        |image, _| {
            image.write(
                "/etc/containerd/config.toml",
                "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://gateway.acme.example:5000\"]\n",
            );
        },
        &["cri-mirror-falls-back"],
    ),
    (
        "a Kubernetes node's containerd reads no hosts",
        |image, _| image.write("/usr/bin/kubelet", ""),
        &["cri-without-hosts"],
    ),
    (
        "others may talk to containerd",
        |image, _| image.mode("/run/containerd/containerd.sock", 0o666),
        &["containerd-socket-open"],
    ),
    (
        "podman has a mirror",
        |image, _| {
            image.write(
                CONTAINERS,
                "[[registry]]\nprefix = \"docker.io\"\nlocation = \"docker.io\"\n[[registry.mirror]]\nlocation = \"gateway.acme.example:5000/docker.io\"\n",
            );
        },
        &["registries-conf-mirror"],
    ),
    (
        "podman has no entry for Docker Hub",
        |image, _| std::fs::remove_file(image.path(CONTAINERS)).unwrap(),
        &["containers-direct"],
    ),
    (
        "a later file of podman's goes to the registry itself",
        |image, _| {
            image.write(
                "/etc/containers/registries.conf.d/zz.conf",
                "[[registry]]\nprefix = \"docker.io\"\nlocation = \"registry-1.docker.io\"\n",
            );
        },
        &["containers-direct"],
    ),
    (
        "podman's file is broken",
        |image, _| image.write("/etc/containers/registries.conf", "[[registry"),
        &["registries-conf-unreadable"],
    ),
    (
        "somebody has a registries.conf of their own",
        |image, _| image.write("/home/mia/.config/containers/registries.conf", ""),
        &["own-configuration"],
    ),
    (
        "somebody has configured an Engine of their own",
        |image, _| image.write("/home/mia/.config/docker/daemon.json", "{}"),
        &["own-engine"],
    ),
    (
        "somebody runs an Engine of their own",
        |image, _| image.socket("/run/user/1000/docker.sock"),
        &["own-engine"],
    ),
    (
        "everybody writes daemon.json",
        |image, _| image.mode(DAEMON, 0o666),
        &["writable-configuration"],
    ),
    (
        "everybody writes the folder of podman's files",
        |image, _| image.mode("/etc/containers/registries.conf.d", 0o777),
        &["writable-configuration"],
    ),
    (
        "a file of containerd's is a link into a home folder",
        |image, _| {
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
        let (image, mut running) = (good(), well());
        opens(&image, &mut running);
        let findings = look(&image, &running);
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
    let (image, mut running) = (good(), well());
    let mut all = Vec::new();
    // Those that do not undo each other.
    for (what, opens, expected) in CASES {
        let alone = [
            "everybody writes registry.json",
            "everybody may talk to the Engine",
            "somebody is in the group docker",
            "nobody listens on the agent's socket",
            "containerd's file has no host table",
            "podman has a mirror",
            "others may talk to containerd",
            "everybody writes daemon.json",
            "somebody runs an Engine of their own",
        ];
        if alone.contains(what) {
            opens(&image, &mut running);
            all.extend_from_slice(expected);
        }
    }
    let findings = look(&image, &running);
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
    let findings = examine(&image.root(), somebody, Some(&gateway), Some(&well())).unwrap();
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
    assert_eq!(wrong(&look(&image, &well())), ["sign-in-absent"]);
}

#[test]
fn without_a_known_gateway_nothing_holds_against_it() {
    let image = good();
    let findings = examine(&image.root(), image.owner, None, Some(&well())).unwrap();
    assert_eq!(wrong(&findings), ["gateway-unknown"]);
    // A server of Docker Hub's is not the gateway in any case.
    image.write(
        HOSTS,
        "server = \"https://Registry-1.docker.io.:443/v2\"\n[host]\n",
    );
    let findings = examine(&image.root(), image.owner, None, Some(&well())).unwrap();
    assert_eq!(wrong(&findings), ["gateway-unknown", "hosts-fall-back"]);
}

#[test]
fn where_no_gateway_is_known_each_name_of_docker_hub_s_is_none() {
    for host in [
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "registry.docker.io",
        "auth.docker.io",
        "registry.hub.docker.com",
        "hub.docker.com",
        "Auth.Docker.IO.:8443",
    ] {
        let image = good();
        let hosts = format!("server = \"https://{host}\"\n[host]\n");
        image.write(HOSTS, hosts);
        let findings = examine(&image.root(), image.owner, None, Some(&well())).unwrap();
        assert_eq!(
            wrong(&findings),
            ["gateway-unknown", "hosts-fall-back"],
            "{host}"
        );
    }
}

/// How dockerd is told of a proxy, and how it runs; and what it says of the way
/// that this leaves, or nothing where it leaves none.
type Told = (&'static str, fn(&Image, &mut Running), Option<&'static str>);

const NOTHING_SAID: &str = "dockerd goes to registries by itself";
const BY_CORP: &str = "by the proxy corp:3128";

const PROXIES: &[Told] = &[
    ("as it should be", |_, _| {}, None),
    (
        "without the drop-in",
        |image, running| {
            std::fs::remove_file(image.path(DROP_IN)).unwrap();
            *engine(running) = EngineSaid::default();
        },
        Some(NOTHING_SAID),
    ),
    (
        "daemon.json has another, which counts before",
        |image, _| {
            image.write(
                DAEMON,
                "{\"proxies\":{\"https-proxy\":\"http://corp:3128\"}}",
            );
        },
        Some(BY_CORP),
    ),
    (
        "the drop-in lets everything go past it",
        |image, _| image.write(DROP_IN, CLOSED.replace("gateway.acme.example", "*")),
        Some("NO_PROXY names *"),
    ),
    (
        "both",
        |image, _| {
            image.write(DROP_IN, CLOSED.replace("gateway.acme.example", "*"));
            image.write(
                DAEMON,
                "{\"proxies\":{\"https-proxy\":\"http://corp:3128\"}}",
            );
        },
        Some(BY_CORP),
    ),
    (
        "daemon.json lets Docker Hub go past it",
        |image, _| {
            image.write(
                DAEMON,
                "{\"proxies\":{\"no-proxy\":\"localhost,.docker.io\"}}",
            );
        },
        Some("NO_PROXY names .docker.io"),
    ),
    (
        "a network goes past it, among the machine itself and the gateway",
        |image, _| {
            let more = "localhost, 127.0.0.0/8, ::1, gateway.acme.example:5000, 10.0.0.0/8";
            image.write(DROP_IN, CLOSED.replace("gateway.acme.example", more));
        },
        Some("NO_PROXY names 10.0.0.0/8"),
    ),
    (
        "the machine itself and the gateway go past it",
        |image, _| {
            let more = "localhost, 127.0.0.0/8, ::1, Gateway.acme.example:5000";
            image.write(DROP_IN, CLOSED.replace("gateway.acme.example", more));
        },
        None,
    ),
    (
        "the domain above the gateway goes past it",
        |image, _| image.write(DROP_IN, CLOSED.replace("gateway.acme", ".acme")),
        Some("NO_PROXY names .acme.example"),
    ),
    (
        "a later drop-in names another",
        |image, _| {
            image.write(
                "/usr/lib/systemd/system/docker.service.d/zz.conf",
                "[Service]\nEnvironment=A=b HTTPS_PROXY=http://mia:secret@corp:3128/\n",
            );
        },
        Some(BY_CORP),
    ),
    (
        "an earlier drop-in named another",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/aa.conf",
                "[Service]\nEnvironment=HTTPS_PROXY=http://corp:3128\n",
            );
        },
        None,
    ),
    (
        "a drop-in for all services names another",
        |image, _| {
            image.write(
                "/etc/systemd/system/service.d/zz.conf",
                "[Service]\nEnvironment=HTTPS_PROXY=http://corp:3128\n",
            );
        },
        Some(BY_CORP),
    ),
    (
        "a drop-in of root's takes the place of one that comes with a package",
        |image, _| {
            let (one, other) = (
                "/usr/lib/systemd/system/docker.service.d/zz.conf",
                "/etc/systemd/system/docker.service.d/zz.conf",
            );
            image.write(one, "[Service]\nEnvironment=HTTPS_PROXY=http://corp:3128\n");
            image.write(other, "[Service]\n");
        },
        None,
    ),
    (
        "a file of variables names another",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/file.conf",
                "[Service]\nEnvironmentFile=-/etc/sysconfig/docker\n",
            );
            image.write(
                "/etc/sysconfig/docker",
                "# ours\nHTTPS_PROXY=\"http://corp:3128\"\n",
            );
        },
        Some(BY_CORP),
    ),
    (
        "a file of variables that no unit reads closes it",
        |image, running| {
            std::fs::remove_file(image.path(DROP_IN)).unwrap();
            image.write(
                "/etc/default/docker",
                "export HTTPS_PROXY=http://127.0.0.1:9\n",
            );
            *engine(running) = EngineSaid::default();
        },
        Some(NOTHING_SAID),
    ),
    (
        "a drop-in takes the variable back",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/back.conf",
                "[Service]\nUnsetEnvironment=HTTPS_PROXY\n",
            );
        },
        Some(NOTHING_SAID),
    ),
    (
        "its command line names another",
        |image, _| {
            image.write(
                "/etc/systemd/system/docker.service.d/line.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --https-proxy=http://corp:3128\n",
            );
        },
        Some(BY_CORP),
    ),
    (
        "a registry without encryption is asked by another",
        |image, _| {
            image.write(
                DAEMON,
                "{\"insecure-registries\":[\"registry.example:5000\"],\"proxies\":{\"http-proxy\":\"http://corp:3128\"}}",
            );
        },
        Some(BY_CORP),
    ),
    (
        "only the gateway and the machine itself are asked without encryption",
        |image, _| {
            image.write(
                DAEMON,
                "{\"insecure-registries\":[\"gateway.acme.example:5000\",\"127.0.0.0/8\"],\"proxies\":{\"http-proxy\":\"http://corp:3128\"}}",
            );
        },
        None,
    ),
    (
        "it was not restarted since",
        |_, running| *engine(running) = EngineSaid::default(),
        Some("It runs as it was told before"),
    ),
    (
        "it runs past it",
        |_, running| "*".clone_into(&mut engine(running).no_proxy),
        Some("NO_PROXY names *"),
    ),
    (
        "it was started without systemd, closed",
        |image, _| {
            std::fs::remove_file(image.path("/lib/systemd/system/docker.service")).unwrap();
            std::fs::remove_dir_all(image.path("/etc/systemd")).unwrap();
        },
        None,
    ),
];

#[test]
fn dockerd_has_no_way_only_if_all_that_it_is_told_leaves_none() {
    for (what, tell, way) in PROXIES {
        let (image, mut running) = (good(), well());
        // Nobody decides, so that a way is a hole.
        image.write(DAEMON, "{}");
        tell(&image, &mut running);
        let findings = look(&image, &running);
        let found = named(&findings, "engine-direct");
        assert_eq!(found.len(), 1, "{what}: {found:#?}");
        match way {
            None => assert_eq!(found[0].verdict, Verdict::Holds, "{what}: {found:#?}"),
            Some(way) => {
                assert_eq!(found[0].verdict, Verdict::Open, "{what}: {found:#?}");
                assert!(found[0].what.contains(way), "{what}: {found:#?}");
                assert!(!found[0].what.contains("secret"), "{what}: {found:#?}");
            }
        }
    }
}

#[test]
fn what_is_set_beside_the_closed_way_is_told_when_it_is_closed() {
    let gateway = Gateway::read(GATEWAY).unwrap();
    let way = |image: &Image| direct_way(&image.root(), image.owner, &gateway).unwrap();
    let image = good();
    assert_eq!(way(&image), None);
    image.write(
        DAEMON,
        "{\"proxies\":{\"https-proxy\":\"http://corp:3128\"}}",
    );
    let left = way(&image).unwrap();
    assert_eq!(left.subject, DAEMON);
    assert!(left.mend.contains(DAEMON), "{left:?}");
}

/// With the agent deciding, what dockerd pulls by itself is decided.
#[test]
fn the_agent_s_own_mode_is_no_hole() {
    let (image, mut running) = (good(), well());
    std::fs::remove_file(image.path(DROP_IN)).unwrap();
    image.write(
        DAEMON,
        "{\"authorization-plugins\": [\"pullgate\"], \"registry-mirrors\": [\"https://gateway.acme.example:5000\"]}",
    );
    *engine(&mut running) = EngineSaid {
        version: "26.1.5".to_owned(),
        asks: Asks::Agent,
        ..EngineSaid::default()
    };
    let findings = look(&image, &running);
    assert_eq!(wrong(&findings), [""; 0], "{findings:#?}");
    let direct = named(&findings, "engine-direct")[0];
    assert_eq!(direct.verdict, Verdict::Holds);
    assert!(direct.what.contains("asks Pullgate's agent first"));
    let mirror = named(&findings, "mirror-falls-back")[0];
    assert_eq!(mirror.verdict, Verdict::Note);
    assert_eq!(named(&findings, "build-service").len(), 0);
    assert_eq!(named(&findings, "engine-http2").len(), 0);
}

/// A machine with Docker and the agent, and nothing else, is as it should be;
/// with containerd opened to others, or podman, it is not.
#[test]
fn a_machine_with_the_agent_and_nothing_else_holds() {
    let agent_alone = || {
        let image = good();
        for path in [
            "/etc/containers",
            "/etc/containerd",
            "/etc/systemd",
            "/usr/bin/podman",
        ] {
            let path = image.path(path);
            let removed = std::fs::remove_dir_all(&path);
            removed
                .or_else(|_| std::fs::remove_file(&path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        image
    };
    let mut running = well();
    *engine(&mut running) = EngineSaid {
        version: "26.1.5".to_owned(),
        asks: Asks::Agent,
        ..EngineSaid::default()
    };
    let look = |image: &Image, running: &Running| {
        let findings = examine(&image.root(), image.owner, None, Some(running)).unwrap();
        let wrong = wrong(&findings).into_iter();
        wrong.map(str::to_owned).collect::<Vec<String>>()
    };
    let image = agent_alone();
    assert_eq!(look(&image, &running), [""; 0]);
    image.mode("/run/containerd/containerd.sock", 0o666);
    assert_eq!(
        look(&image, &running),
        ["containerd-direct", "containerd-socket-open"]
    );
    let image = agent_alone();
    image.write("/usr/bin/kubelet", "");
    assert_eq!(
        look(&image, &running),
        ["containerd-direct", "cri-without-hosts"]
    );
    let image = agent_alone();
    image.write("/usr/bin/podman", "");
    assert_eq!(
        look(&image, &running),
        ["gateway-unknown", "containers-direct"]
    );
    // And without the agent nothing of that is as it should be.
    let image = agent_alone();
    engine(&mut running).asks = Asks::Nobody;
    assert_eq!(
        look(&image, &running),
        [
            "gateway-unknown",
            "plugin-not-loaded",
            "engine-direct",
            "containerd-direct"
        ]
    );
}

#[test]
fn the_plugin_counts_wherever_the_engine_is_told_of_it() {
    let places: [fn(&Image); 3] = [
        |image| {
            image.write(DAEMON, "{}");
            image.write(
                "/etc/systemd/system/docker.service.d/plugin.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --authorization-plugin pullgate\n",
            );
        },
        |image| {
            image.write(DAEMON, "{}");
            image.write(
                "/etc/docker/other.json",
                "{\"authorization-plugins\":[\"pullgate\"]}",
            );
            image.write(
                "/etc/systemd/system/docker.service.d/file.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --config-file=\"/etc/docker/other.json\"\n",
            );
        },
        |image| {
            image.write(DAEMON, "{}");
            image.write(
                "/lib/systemd/system/docker.service",
                "[Service]\nEnvironmentFile=-/etc/default/docker\nExecStart=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS\n",
            );
            image.write(
                "/etc/default/docker",
                "DOCKER_OPTS=\"--authorization-plugin=pullgate\"\n",
            );
        },
    ];
    for tell in places {
        let image = good();
        tell(&image);
        let findings = look(&image, &well());
        assert_eq!(wrong(&findings), [""; 0], "{findings:#?}");
        assert_eq!(named(&findings, "plugin").len(), 1);
    }
}

#[test]
fn newer_engines_are_told_of_by_what_they_do_without_a_plugin() {
    for (version, build, http2) in [
        ("20.10.24+dfsg1", 0, 0),
        ("27.5.1", 0, 0),
        ("28.5.2", 0, 0),
        ("29.1.5", 0, 0),
        ("29.2.0", 1, 1),
        ("30.0.0-rc.1", 1, 1),
        // What cannot be read is taken to be new.
        ("dev", 1, 1),
    ] {
        let (image, mut running) = (good(), well());
        engine(&mut running).version = version.to_owned();
        let findings = look(&image, &running);
        let counts = ["build-service", "engine-http2"].map(|name| named(&findings, name).len());
        assert_eq!(counts, [build, http2], "{version}");
        // Without a way to registries, a build brings in what the gateway lets.
        assert_eq!(wrong(&findings), [""; 0], "{version}");
    }
}

#[test]
fn in_an_image_the_agent_will_run_or_not() {
    let image = good();
    std::fs::remove_file(image.path(PLUGIN)).unwrap();
    let gateway = Gateway::read(GATEWAY).unwrap();
    let look = || examine(&image.root(), image.owner, Some(&gateway), None).unwrap();
    assert_eq!(wrong(&look()), ["plugin-away"]);
    image.write(
        "/etc/systemd/system/pullgate-agent.service",
        "[Service]\nExecStart=/usr/local/bin/pullgate agent run\n",
    );
    let findings = look();
    assert_eq!(wrong(&findings), [""; 0], "{findings:#?}");
    assert_eq!(named(&findings, "plugin-untried").len(), 1);
}

#[test]
fn the_engine_is_asked_where_it_may_listen() {
    let image = good();
    image.write(
        "/proc/4242/cmdline",
        "/usr/sbin/dockerd\0-H\0unix:///srv/docker.sock\0--host=tcp://127.0.0.1:2375\0",
    );
    assert_eq!(
        engine_sockets(&image.root()).unwrap(),
        ["/run/docker.sock", "/srv/docker.sock"]
    );
}

/// What somebody else than root may change, and of which of it a finding is.
type Loose = (&'static str, fn(&Image), &'static str);

const AGENT: &str = "/usr/local/bin/pullgate";

const LOOSE: &[Loose] = &[
    ("nothing", |_| {}, ""),
    (
        "the certificate authority of the agent's server",
        |image| image.mode("/etc/pullgate/agent-ca.pem", 0o666),
        "/etc/pullgate/agent-ca.pem",
    ),
    (
        "the authority that the agent's settings name",
        |image| {
            image.write("/srv/ca.pem", "");
            image.mode("/srv/ca.pem", 0o666);
            image.write("/etc/pullgate/agent.toml", "ca = \"/srv/ca.pem\"\n");
        },
        "/srv/ca.pem",
    ),
    (
        "the folder of the authority that the agent's settings name",
        |image| {
            image.write("/srv/ca.pem", "");
            image.mode("/srv", 0o777);
            image.write("/etc/pullgate/agent.toml", "ca = \"/srv/ca.pem\"\n");
        },
        "/srv",
    ),
    (
        "the list that the agent's settings name",
        |image| {
            image.write("/srv/orgs.json", "");
            image.mode("/srv/orgs.json", 0o666);
            image.write(
                "/etc/pullgate/agent.toml",
                "allowed_orgs = \"/srv/orgs.json\"\n",
            );
        },
        "/srv/orgs.json",
    ),
    (
        "the agent's settings",
        |image| image.mode("/etc/pullgate/agent.toml", 0o666),
        "/etc/pullgate/agent.toml",
    ),
    (
        "where the agent keeps sessions",
        |image| {
            image.folder("/var/lib/pullgate-agent");
            image.mode("/var/lib/pullgate-agent", 0o777);
        },
        "/var/lib/pullgate-agent",
    ),
    (
        "the agent's unit",
        |image| image.mode("/etc/systemd/system/pullgate-agent.service", 0o666),
        "/etc/systemd/system/pullgate-agent.service",
    ),
    (
        "a drop-in of the agent's unit, in another folder",
        |image| {
            let drop_in = "/run/systemd/system/pullgate-agent.service.d/more.conf";
            image.write(drop_in, "[Service]\n");
            image.mode(drop_in, 0o666);
        },
        "/run/systemd/system/pullgate-agent.service.d/more.conf",
    ),
    (
        "the folder of its drop-ins, in which there is none",
        |image| {
            image.folder("/etc/systemd/system/pullgate-agent.service.d");
            image.mode("/etc/systemd/system/pullgate-agent.service.d", 0o777);
        },
        "/etc/systemd/system/pullgate-agent.service.d",
    ),
    (
        "the agent's program",
        |image| image.mode(AGENT, 0o777),
        AGENT,
    ),
    (
        "a folder above the agent's program",
        |image| image.mode("/usr/local", 0o777),
        "/usr/local",
    ),
    (
        "what the agent's program leads to",
        |image| {
            std::fs::remove_file(image.path(AGENT)).unwrap();
            image.write("/opt/pullgate/1/pullgate", "");
            image.mode("/opt/pullgate/1", 0o777);
            image.link(AGENT, "../../../opt/pullgate/now/pullgate");
            image.link("/opt/pullgate/now", "1");
        },
        "/opt/pullgate/1",
    ),
    (
        "nothing, where the agent's program leads to one of root's",
        |image| {
            std::fs::remove_file(image.path(AGENT)).unwrap();
            image.write("/opt/pullgate/1/pullgate", "");
            image.link(AGENT, "../../../opt/pullgate/now/pullgate");
            image.link("/opt/pullgate/now", "1");
        },
        "",
    ),
    (
        "dockerd",
        |image| image.mode("/usr/bin/dockerd", 0o777),
        "/usr/bin/dockerd",
    ),
    (
        "the configuration that dockerd's command line names",
        |image| {
            image.write(
                "/srv/docker.json",
                "{\"authorization-plugins\":[\"pullgate\"]}",
            );
            image.mode("/srv/docker.json", 0o666);
            image.write(
                "/proc/7/cmdline",
                "dockerd\0--config-file\0/srv/docker.json\0",
            );
        },
        "/srv/docker.json",
    ),
    (
        "a file of variables of dockerd's",
        |image| {
            image.write(
                "/etc/systemd/system/docker.service.d/file.conf",
                "[Service]\nEnvironmentFile=-/srv/docker.env\n",
            );
            image.write("/srv/docker.env", "");
            image.mode("/srv/docker.env", 0o666);
        },
        "/srv/docker.env",
    ),
    (
        "the folder of a daemon.json that is not there",
        |image| {
            std::fs::remove_file(image.path(DAEMON)).unwrap();
            image.mode("/etc/docker", 0o777);
        },
        "/etc/docker",
    ),
    (
        "the folder in which the Engine looks for plugins",
        |image| image.mode("/run/docker/plugins", 0o777),
        "/run/docker/plugins",
    ),
    (
        "containerd's certificate authority",
        |image| {
            image.write("/etc/containerd/pullgate-ca.crt", "");
            image.mode("/etc/containerd/pullgate-ca.crt", 0o666);
        },
        "/etc/containerd/pullgate-ca.crt",
    ),
    (
        "the authority that a hosts.toml names",
        |image| {
            let hosts = format!(
                "server = \"https://{GATEWAY}\"\nca = [\"/srv/one.pem\", \"/srv/two.pem\"]\n[host]\n"
            );
            image.write(HOSTS, hosts);
            image.write("/srv/one.pem", "");
            image.write("/srv/two.pem", "");
            image.mode("/srv/two.pem", 0o666);
        },
        "/srv/two.pem",
    ),
    (
        "dockerd's authority for the gateway",
        |image| {
            let file = "/etc/docker/certs.d/gateway.acme.example:5000/acme.crt";
            image.write(file, "");
            image.mode(file, 0o666);
        },
        "/etc/docker/certs.d/gateway.acme.example:5000/acme.crt",
    ),
    (
        "podman's authority for the gateway",
        |image| {
            let file = "/etc/containers/certs.d/gateway.acme.example:5000/ca.crt";
            image.write(file, "");
            image.mode(file, 0o666);
        },
        "/etc/containers/certs.d/gateway.acme.example:5000/ca.crt",
    ),
    (
        "a file that client-config has written elsewhere",
        |image| {
            image.write("/srv/buildkit.toml", "");
            image.mode("/srv/buildkit.toml", 0o666);
            image.write(
                "/etc/pullgate/client-config.json",
                "{\"gateway\":\"https://gateway.acme.example:5000\",\"files\":[{\"path\":\"/srv/buildkit.toml\",\"clients\":[\"buildkit\"],\"wrote\":\"\"}],\"folders\":[]}",
            );
        },
        "/srv/buildkit.toml",
    ),
];

#[test]
fn whatever_enforces_is_root_s_alone_to_change() {
    for (what, loosen, subject) in LOOSE {
        let image = good();
        image.write(AGENT, "");
        image.write("/etc/pullgate/agent-ca.pem", "");
        image.write(
            "/etc/pullgate/agent.toml",
            "ca = \"/etc/pullgate/agent-ca.pem\"\n",
        );
        image.write(
            "/etc/systemd/system/pullgate-agent.service",
            "[Service]\nExecStartPre=+/bin/mkdir -p /run/docker/plugins\nExecStart=/usr/local/bin/pullgate agent run\n",
        );
        loosen(&image);
        let findings = look(&image, &well());
        let found = named(&findings, "writable-configuration");
        let subjects: Vec<&str> = found.iter().map(|each| each.subject.as_str()).collect();
        if subject.is_empty() {
            assert_eq!(subjects, [""; 0], "{what}: {found:#?}");
        } else {
            assert_eq!(subjects, [*subject], "{what}: {found:#?}");
        }
    }
}

/// The one of the review: a file of a person's.
#[test]
fn the_agent_s_authority_is_no_person_s() {
    let image = good();
    let file = "/etc/pullgate/agent-ca.pem";
    image.write(file, "");
    image.mode(file, 0o644);
    if image.owner.uid == 0 {
        chown(image.path(file), Some(1000), None).unwrap();
        let findings = look(&image, &well());
        assert_eq!(wrong(&findings), ["writable-configuration"]);
        let found = named(&findings, "writable-configuration")[0];
        assert!(found.what.contains("(mia:"), "{found:?}");
    }
}
