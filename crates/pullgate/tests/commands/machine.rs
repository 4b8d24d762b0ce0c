//! Commands for administrators of machines, on machines that are folders.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::server::Server;
use super::site::{Done, Site, password_of};

const FILE: &str = "usr/share/docker-desktop/registry/registry.json";

/// What is written belongs to root, so only root can try it.
#[track_caller]
pub(crate) fn as_root() {
    let is_root = std::fs::metadata("/proc/self").unwrap();
    let uid = std::os::unix::fs::MetadataExt::uid(&is_root);
    assert_eq!(
        uid, 0,
        "this test writes files of root's: run it as root, in a container or a virtual machine"
    );
}

/// A machine with nothing on it, in a site's folder.
fn machine(site: &Site) {
    std::fs::create_dir_all(site.path("machine/etc")).unwrap();
    for folder in ["machine", "machine/etc"] {
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(site.path(folder), permissions).unwrap();
    }
    let passwd = "root:x:0:0:root:/root:/bin/sh\nmia:x:1000:1000::/home/mia:/bin/sh\n";
    std::fs::write(site.path("machine/etc/passwd"), passwd).unwrap();
    std::fs::write(site.path("machine/etc/group"), "root:x:0:\n").unwrap();
}

fn json(done: &Done) -> serde_json::Value {
    serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {done:?}"))
}

#[test]
fn each_form_is_printed_alone_on_standard_output() {
    let site = Site::new();
    let done =
        site.run("signin generate --org acme --org acme-labs --for linux --form registry-json");
    assert_eq!(done.out, "{\"allowedOrgs\":[\"acme\",\"acme-labs\"]}\n");
    assert!(
        done.err
            .contains("/usr/share/docker-desktop/registry/registry.json"),
        "{done:?}"
    );
    // Beside the answer, one thing on each line.
    assert!(
        done.err
            .contains("\nWho may change it: root alone writes, everybody reads (0644).\n"),
        "{done:?}"
    );
    for (platform, form, part) in [
        ("windows", "reg", "Windows Registry Editor"),
        ("windows", "powershell", "CreateNew"),
        ("windows", "reg-powershell", "MultiString"),
        ("macos", "mobileconfig", "com.docker.config"),
        ("macos", "plist", "<key>allowedOrgs</key>"),
        ("macos", "shell", "#!/bin/sh"),
        ("linux", "shell", "#!/bin/sh"),
    ] {
        let line = format!("signin generate --org acme --for {platform} --form {form}");
        let out = site.ok(&line);
        // Of the registry's file, the names are numbers.
        let names_acme = out.contains("acme") || form == "reg";
        assert!(out.contains(part) && names_acme, "{line}: {out}");
    }
    // What counts most, where nothing is said.
    assert!(
        site.ok("signin generate --org acme --for macos")
            .contains("com.docker.config")
    );
    for (line, part) in [
        (
            "signin generate --org acme --for linux --form plist",
            "Linux has no form plist",
        ),
        (
            "signin generate --org acme --for linux --form exe",
            "that is no form",
        ),
        ("signin generate --org Acme --for linux", "lowercase"),
        ("signin generate --for linux", "--org"),
        ("signin generate --org acme", "--for"),
    ] {
        let done = site.run(line);
        assert_eq!(done.code, 2, "{line}: {done:?}");
        assert!(done.err.contains(part), "{line}: {done:?}");
    }
}

#[test]
fn an_administrator_demands_a_sign_in_checks_it_and_ends_it() {
    as_root();
    let site = Site::new();
    machine(&site);
    let verify = "signin verify --root machine";
    let before = site.run(verify);
    assert_eq!(before.code, 1, "{before:?}");
    assert!(
        before.out.contains("nobody has to sign in on this machine"),
        "{before:?}"
    );

    let told = site.ok("signin install --org acme --root machine");
    assert!(told.contains("sign in as members of acme"), "{told}");
    let done = site.run(verify);
    assert_eq!(done.code, 0, "{done:?}");
    insta::assert_snapshot!(done.out, @r"
    CHECK  OWNER      MODE  PATH
    good   root:root  0644  /usr/share/docker-desktop/registry/registry.json
    good   root:root  0755  /usr/share/docker-desktop/registry
    good   root:root  0755  /usr/share/docker-desktop
    good   root:root  0755  /usr/share
    good   root:root  0755  /usr
    good   root:root  0755  /

    Enforced: people have to sign in as members of acme.
    ");

    // mia has found out how to change it.
    std::os::unix::fs::chown(site.path("machine").join(FILE), Some(1000), Some(1000)).unwrap();
    let done = site.run(verify);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains("mia:1000"), "{done:?}");
    assert!(done.out.contains("weak  owner: /usr/share"), "{done:?}");
    assert!(
        done.out.contains("do    Run: chown root:root /usr/share"),
        "{done:?}"
    );
    let answer = json(&site.run(&format!("{verify} --format json")));
    assert_eq!(answer["verdict"], "weak");
    assert_eq!(answer["allowed_orgs"][0], "acme");
    assert_eq!(answer["sources"][0]["problems"][0]["name"], "owner");
    assert_eq!(answer["sources"][0]["steps"][0]["owner"], "mia:1000");

    assert!(
        site.ok("signin remove --root machine")
            .starts_with("Removed ")
    );
    let again = site.ok("signin remove --root machine");
    assert!(again.contains("nothing was changed"), "{again}");
    assert!(!site.path("machine/usr/share/docker-desktop").exists());
    let folder = site.run("signin verify --root nowhere");
    assert_eq!(folder.code, 2, "{folder:?}");
}

/// Macs and Windows machines are looked at from here.
#[test]
fn other_machines_are_looked_at_by_their_files() {
    as_root();
    let site = Site::new();
    machine(&site);
    let put = |path: &str, text: &str| {
        let path = site.path("machine").join(path);
        let folders: Vec<_> = path.ancestors().skip(1).collect();
        for folder in folders.into_iter().rev() {
            if std::fs::create_dir(folder).is_ok() {
                let open = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(folder, open).unwrap();
            }
        }
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    };
    let mac = "signin verify --for macos --root machine";
    assert_eq!(site.run(mac).code, 1);
    let form = |platform: &str, form: &str| {
        site.ok(&format!(
            "signin generate --org acme --for {platform} --form {form}"
        ))
    };
    let folder = "Library/Application Support/com.docker.docker";
    put(&format!("{folder}/desktop.plist"), &form("macos", "plist"));
    put(&format!("{folder}/registry.json"), "{");
    let done = site.run(mac);
    assert_eq!(done.code, 0, "{done:?}");
    insta::assert_snapshot!(done.out, @r"
    CHECK     OWNER      MODE  PATH
    no list   -          -     /Library/Managed Preferences/com.docker.config.plist
    good      root:root  0644  /Library/Application Support/com.docker.docker/desktop.plist
    good      root:root  0755  /Library/Application Support/com.docker.docker
    good      root:root  0755  /Library/Application Support
    good      root:root  0755  /Library
    good      root:root  0755  /
    not used  -          -     /Library/Application Support/com.docker.docker/registry.json

    Enforced: people have to sign in as members of acme.
    ");

    put(
        "ProgramData/DockerDesktop/registry.json",
        &form("windows", "registry-json"),
    );
    let windows = "signin verify --for windows --root machine";
    let done = site.run(windows);
    assert_eq!(done.code, 1, "{done:?}");
    insta::assert_snapshot!(done.out, @r"
    CHECK   OWNER   MODE    PATH
    unseen  -       -       HKLM\SOFTWARE\Policies\Docker\Docker Desktop
    unseen  unseen  unseen  C:\ProgramData\DockerDesktop\registry.json
    unseen  unseen  unseen  C:\ProgramData\DockerDesktop
    unseen  unseen  unseen  C:\ProgramData
    unseen  unseen  unseen  C:\

    unseen  registry-unseen: HKLM\SOFTWARE\Policies\Docker\Docker Desktop
            It counts before any file, and whether a list stands there is in no file.
    do      On the machine: reg export HKLM\SOFTWARE\Policies policies.reg; then name that file with --registry

    unseen  owner-unseen: C:\ProgramData\DockerDesktop\registry.json
            Who may change it cannot be seen from here.
    do      Look on the machine itself: icacls C:\ProgramData\DockerDesktop\registry.json

    Not known: a list names acme; whether it counts and holds cannot be seen from here.
    ");
    std::fs::write(site.path("policies.reg"), form("windows", "reg")).unwrap();
    let with_key = format!("{windows} --registry policies.reg");
    let done = site.run(&with_key);
    assert_eq!(done.code, 0, "{done:?}");
    insta::assert_snapshot!(done.out, @r"
    CHECK     OWNER   MODE    PATH
    good      unseen  unseen  HKLM\SOFTWARE\Policies\Docker\Docker Desktop
    not used  -       -       C:\ProgramData\DockerDesktop\registry.json

    Enforced: people have to sign in as members of acme.
    ");

    let answer = json(&site.run(&format!("{windows} --format json")));
    assert_eq!(answer["platform"], "windows");
    assert_eq!(answer["verdict"], "unseen");
    assert!(answer["sources"][0]["present"].is_null(), "{answer}");
    assert_eq!(answer["sources"][1]["counts"], true);
    assert!(
        answer["sources"][1]["steps"][0]["owner"].is_null(),
        "{answer}"
    );
    let answer = json(&site.run(&format!("{with_key} --format json")));
    assert_eq!(answer["verdict"], "enforced");
    assert_eq!(answer["sources"][1]["counts"], false);
}

#[test]
fn what_is_asked_wrongly_of_other_machines_is_said() {
    let site = Site::new();
    machine(&site);
    for (line, part) in [
        ("signin verify --for macos", "this machine runs Linux"),
        (
            "signin verify --for windows --root nowhere",
            "cannot be opened",
        ),
        (
            "signin verify --registry policies.reg",
            "only Windows has a registry",
        ),
        (
            "signin verify --for windows --root machine --registry none.reg",
            "none.reg",
        ),
        ("signin verify --for plan9 --root machine", "plan9"),
    ] {
        let done = site.run(line);
        assert_eq!(done.code, 2, "{line}: {done:?}");
        assert!(done.err.contains(part), "{line}: {done:?}");
    }
}

#[test]
fn a_link_is_not_followed_and_named() {
    as_root();
    let site = Site::new();
    machine(&site);
    std::fs::create_dir_all(site.path("machine/usr/share")).unwrap();
    symlink("/etc", site.path("machine/usr/share/docker-desktop")).unwrap();
    let done = site.run("signin install --org acme --root machine");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("/usr/share/docker-desktop is a link"),
        "{done:?}"
    );
    assert!(!site.path("machine/etc/registry").exists());
}

#[test]
fn somebody_sees_whether_their_sign_in_is_enough() {
    as_root();
    let site = Site::of_acme();
    machine(&site);
    let status = "signin status --root machine";
    let free = site.run(status);
    assert_eq!(free.code, 0, "{free:?}");
    assert!(free.out.contains("demands no sign-in"), "{free:?}");

    site.ok("signin install --org acme --root machine");
    let nobody = site.run(status);
    assert_eq!(nobody.code, 1, "{nobody:?}");
    assert!(
        nobody.out.contains("Sign in required. Run: pullgate login"),
        "{nobody:?}"
    );

    let server = Server::start(&site);
    let login = format!("login {} -u mia --password-stdin", server.control);
    assert_eq!(site.typing(&login, &password_of("mia")).code, 0);
    let mia = site.run(status);
    assert_eq!(mia.code, 0, "{mia:?}");
    assert!(mia.out.contains("allowed here  acme"), "{mia:?}");
    let answer = json(&site.run(&format!("{status} --format json")));
    assert_eq!(answer["may_use_docker"], true);
    assert_eq!(answer["session"]["username"], "mia");
    assert_eq!(answer["session"]["allowed"][0], "acme");
    assert!(answer["session"]["ends_at"].as_str().is_some(), "{answer}");
    assert!(
        !answer.to_string().contains("eyJ"),
        "the session's secret stays home"
    );

    site.ok("signin install --org other --root machine");
    let stranger = site.run(status);
    assert_eq!(stranger.code, 1, "{stranger:?}");
    assert!(
        stranger.out.contains("belong to none of the organizations"),
        "{stranger:?}"
    );
}

/// The agent of a machine is asked, and what it says counts for the Engine.
#[test]
fn whom_the_agent_knows_is_told() {
    use std::io::{BufRead, BufReader, Write};

    as_root();
    let site = Site::new();
    machine(&site);
    site.ok("signin install --org acme --root machine");
    let agent = std::os::unix::net::UnixListener::bind(site.path("agent.sock")).unwrap();
    let answering = std::thread::spawn(move || {
        let answer = r#"{"answer":"status","server":"https://pullgate.acme.example","demanded":["acme"],"unusable":null,"people":[{"uid":1000,"person":"mia","since":"2026-11-26T00:00:00Z","until":"2026-11-27T00:00:00Z","organizations":["acme"],"counts":true}]}"#;
        for stream in agent.incoming().take(2) {
            let mut stream = stream.unwrap();
            let mut said = String::new();
            BufReader::new(&stream).read_line(&mut said).unwrap();
            assert!(said.contains("status"), "{said}");
            writeln!(stream, "{answer}").unwrap();
        }
    });
    let status = |more: &str| {
        let mut command = site.command(&format!("signin status --root machine {more}"));
        command.env("PULLGATE_AGENT_SOCKET", site.path("agent.sock"));
        super::site::finish(command, "")
    };
    let told = status("");
    assert_eq!(told.code, 0, "{told:?}");
    let line = "agent knows  mia of acme, as mia of this machine, until 2026-11-27 00:00 UTC";
    assert!(told.out.contains(line), "{told:?}");
    let answer = json(&status("--format json"));
    assert_eq!(answer["agent"][0]["person"], "mia");
    assert_eq!(answer["may_use_docker"], true);
    answering.join().unwrap();
    // Nobody listens there any more.
    std::fs::remove_file(site.path("agent.sock")).unwrap();
    assert_eq!(status("").code, 1);
}

#[test]
fn a_configuration_is_printed_installed_and_taken_back() {
    as_root();
    let site = Site::new();
    machine(&site);
    let printed = site.ok("client-config podman --gateway gateway.acme.example:5000");
    assert!(printed.contains("    prefix = \"docker.io\""), "{printed}");
    assert!(printed.contains("Still open:"), "{printed}");
    assert!(!site.path("machine/etc/containers").exists());

    let line = "client-config podman --gateway gateway.acme.example:5000 --registry docker.io \
                --registry ghcr.io --apply --root machine";
    let told = site.ok(line);
    assert!(
        told.starts_with("Wrote machine/etc/containers/registries.conf.d/pullgate.conf."),
        "{told}"
    );
    assert!(
        told.contains("pullgate client-config podman --undo"),
        "{told}"
    );
    let conf = site.path("machine/etc/containers/registries.conf.d/pullgate.conf");
    let text = std::fs::read_to_string(&conf).unwrap();
    assert_eq!(text.matches("[[registry]]").count(), 2, "{text}");
    assert!(site.ok(line).contains("is as it should be"));
    // The gateway is remembered.
    let told = site.ok("client-config containerd --apply --root machine");
    assert!(told.contains("certs.d/docker.io/hosts.toml"), "{told}");
    let findings = json(&site.run("doctor --root machine --format json"));
    let names: Vec<&str> = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"hosts") && names.contains(&"registries-conf"),
        "{names:?}"
    );
    assert!(!names.contains(&"gateway-unknown"), "{names:?}");

    for client in ["podman", "containerd"] {
        let told = site.ok(&format!("client-config {client} --undo --root machine"));
        assert!(told.contains("Removed machine/etc/"), "{told}");
    }
    assert!(!site.path("machine/etc/pullgate").exists());
    assert!(!site.path("machine/etc/containerd").exists());
    let again = site.ok("client-config podman --undo --root machine");
    assert!(again.contains("Nothing was written for podman"), "{again}");
}

/// What is set beside it counts before it, and that is no closed way.
#[test]
fn a_way_is_closed_only_if_nothing_else_leaves_it_open() {
    as_root();
    let line = "client-config docker --gateway gateway.acme.example:5000 --close-direct --apply \
                --root machine";
    let unit = "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n";
    let later = "machine/etc/systemd/system/docker.service.d/zz.conf";
    for (file, text, left) in [
        ("machine/nothing", "", ""),
        (
            "machine/etc/docker/daemon.json",
            "{\"proxies\":{\"https-proxy\":\"http://corp:3128\"}}",
            "/etc/docker/daemon.json: dockerd goes to registries by the proxy corp:3128",
        ),
        (
            later,
            "[Service]\nEnvironment=\"NO_PROXY=localhost, *\"\n",
            "NO_PROXY names *",
        ),
    ] {
        let site = Site::new();
        machine(&site);
        for (path, text) in [
            ("machine/lib/systemd/system/docker.service", unit),
            (file, text),
        ] {
            let path = site.path(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let done = site.run(line);
        assert!(
            done.out.contains("docker.service.d/pullgate.conf"),
            "{done:?}"
        );
        if left.is_empty() {
            assert_eq!(done.code, 0, "{done:?}");
            assert!(done.out.contains("reaches no other registry"), "{done:?}");
        } else {
            assert_eq!(done.code, 1, "{done:?}");
            assert!(done.err.contains("It is not closed: "), "{done:?}");
            assert!(done.err.contains(left), "{done:?}");
            assert!(!done.out.contains("Enforced:"), "{done:?}");
        }
    }
}

#[test]
fn a_node_of_cri_o_is_told_of_no_login_of_podman_s() {
    as_root();
    let site = Site::new();
    machine(&site);
    let gateway = "--gateway gateway.acme.example:5000";
    let told = site.ok(&format!("client-config crio {gateway}"));
    for part in [
        "global_auth_file = \"/etc/crio/pullgate-auth.json\"",
        "\"gateway.acme.example:5000\": { \"auth\": \"AUTH\" }",
        "imagePullSecrets",
        "CRI-O was not tried",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("podman login"), "{told}");
    let told = site.ok(&format!(
        "client-config crio {gateway} --apply --root machine"
    ));
    assert!(told.contains("systemctl restart crio"), "{told}");
    assert!(
        !site.path("machine/etc/crio").exists(),
        "no secret is written"
    );
    let podman = site.ok(&format!("client-config podman {gateway}"));
    assert!(
        podman.contains("podman login") && !podman.contains("CRI-O"),
        "{podman}"
    );
}

#[test]
fn what_cannot_be_configured_is_said() {
    as_root();
    let site = Site::new();
    machine(&site);
    std::fs::create_dir_all(site.path("machine/etc/docker")).unwrap();
    std::fs::write(site.path("machine/etc/docker/daemon.json"), "{ broken").unwrap();
    std::fs::write(site.path("no.pem"), "nothing").unwrap();
    let gateway = "--gateway http://gateway.acme.example:5000";
    for (line, code, part) in [
        ("client-config docker".to_owned(), 2, "which gateway"),
        ("client-config rkt".to_owned(), 2, "rkt"),
        (
            format!("client-config docker {gateway}/path"),
            2,
            "nothing else",
        ),
        (
            format!("client-config docker {gateway} --registry 'a b'"),
            2,
            "no registry",
        ),
        (
            format!("client-config docker {gateway} --ca no.pem"),
            2,
            "no certificate",
        ),
        (
            format!("client-config docker {gateway} --ca away.pem"),
            2,
            "away.pem",
        ),
        (
            format!("client-config docker {gateway} --apply --undo"),
            2,
            "cannot be used with",
        ),
        (
            format!("client-config docker {gateway} --apply --root machine"),
            3,
            "/etc/docker/daemon.json: it cannot be read",
        ),
    ] {
        let done = site.run(&line);
        assert_eq!(done.code, code, "{line}: {done:?}");
        assert!(done.err.contains(part), "{line}: {done:?}");
    }
    let daemon = std::fs::read_to_string(site.path("machine/etc/docker/daemon.json")).unwrap();
    assert_eq!(daemon, "{ broken");
}

#[test]
fn the_doctor_names_holes_and_says_what_to_do() {
    let site = Site::new();
    machine(&site);
    std::fs::create_dir_all(site.path("machine/etc/docker")).unwrap();
    std::fs::write(
        site.path("machine/etc/docker/daemon.json"),
        "{\"hosts\": [\"tcp://0.0.0.0:2375\"], \"registry-mirrors\": [\"https://mirror.example\"]}",
    )
    .unwrap();
    let line = "doctor --root machine --gateway gateway.acme.example:5000";
    let done = site.run(line);
    assert_eq!(done.code, 1, "{done:?}");
    for part in [
        "open     engine-tcp: /etc/docker/daemon.json",
        "open     mirror-falls-back: /etc/docker/daemon.json",
        "open     plugin-missing: /etc/docker/daemon.json",
        "open     sign-in-absent: /usr/share/docker-desktop",
        "do       Write it: pullgate signin install --org ORGANIZATION",
        "Ways around: ",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    let answer = json(&site.run(&format!("{line} --format json")));
    assert_eq!(answer["verdict"], "open");
    assert_eq!(answer["findings"][0]["verdict"], "open", "the worst first");
    assert_eq!(answer["pulls"].as_array().unwrap().len(), 0);
    let wrong = site.run("doctor --image 'a b'");
    assert_eq!(wrong.code, 2, "{wrong:?}");
}
