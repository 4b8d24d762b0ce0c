//! What `pullgate client-config --apply` writes, tried with the real clients
//! where they look for it: a denied image is denied, its sentence is read, and
//! nobody goes around the gateway, though the way is open.

use std::process::Command;

use pullgate_e2e::wire::ask;
use pullgate_e2e::{
    Authority, Elsewhere, Engine, Folder, Machine, Outcome, Site, Store, on_engines, run,
    run_with_input, tool,
};

on_engines! {
    engines_from_28_on_have_the_gateway_as_their_only_server:
        forky Forky, forky_containerd ForkyContainerd;
}

/// A site behind which a second registry stands, which everybody can reach
/// without the gateway, too.
struct Staged {
    site: Site,
    elsewhere: Elsewhere,
    machine: Machine,
    gateway: String,
}

impl Staged {
    fn new() -> Self {
        let elsewhere = Elsewhere::on_an_address();
        let site = Site::start_with(|setting| elsewhere.add_to(setting));
        let gateway = format!("http://{}", site.gateway.address());
        Self {
            site,
            elsewhere,
            machine: Machine::new(),
            gateway,
        }
    }

    /// Configures a client, for Docker Hub and for the second registry.
    fn apply(&self, client: &str, more: &[&str]) -> String {
        let mut arguments = vec!["client-config", client, "--gateway", &self.gateway];
        arguments.extend(["--registry", "docker.io", "--registry"]);
        arguments.push(&self.elsewhere.name);
        arguments.push("--apply");
        arguments.extend(more);
        let done = self.machine.pullgate(&arguments);
        done.expect_success().to_owned()
    }

    fn denied(&self) -> String {
        format!("{}/org/denied:1", self.elsewhere.name)
    }

    /// What a member reads who pulls from the second registry.
    fn sentence(&self) -> String {
        format!(
            "pull denied: {}/org/denied is outside Docker Hub and not listed as trusted",
            self.elsewhere.name
        )
    }

    /// The way around is open, and nobody has taken it.
    #[track_caller]
    fn nobody_went_around(&self) {
        assert_eq!(self.elsewhere.front.heard(), [""; 0]);
        let detour = ask("GET", "/v2/org/denied/manifests/1")
            .header("accept", "application/vnd.oci.image.manifest.v1+json")
            .to_address(&format!("{}:80", self.elsewhere.name));
        assert_eq!(detour.status, 200, "{}", detour.text());
    }

    /// `podman` or `buildah` on the machine.
    fn containers(&self, program: &str, arguments: &[&str], input: &str) -> Outcome {
        let mut command = Command::new(tool(program, program));
        command
            .args(arguments)
            .envs(self.machine.containers_environment());
        run_with_input(&self.machine.inside(&command), input)
    }
}

#[test]
fn podman_buildah_and_skopeo_pull_through_the_gateway_alone() {
    let staged = Staged::new();
    let told = staged.apply("podman", &[]);
    assert!(told.contains("registries.conf.d/pullgate.conf"), "{told}");
    let (member, owner) = (&staged.site.member, &staged.site.owner);
    let login = |person: &pullgate_e2e::Person| {
        let gateway = staged.site.gateway.address();
        let arguments = [
            "login",
            "--username",
            &person.username,
            "--password-stdin",
            &gateway,
        ];
        staged
            .containers("podman", &arguments, &person.secret)
            .expect_success();
    };
    login(member);
    let denied = staged.denied();
    for arguments in [
        ["podman", "pull", &denied],
        ["buildah", "pull", &denied],
        ["skopeo", "inspect", &format!("docker://{denied}")],
    ] {
        let [program, arguments @ ..] = arguments;
        let outcome = staged.containers(program, &arguments, "");
        outcome.expect_failure(&format!("denied: {}", staged.sentence()));
    }
    let miner = staged.containers("podman", &["pull", "docker.io/evil/miner:1"], "");
    miner.expect_failure(&staged.site.community("evil/miner"));
    staged
        .containers("podman", &["pull", "docker.io/library/base:1"], "")
        .expect_success();
    staged.nobody_went_around();
    login(owner);
    staged
        .containers("podman", &["pull", &denied], "")
        .expect_success();

    // Taken back, the machine is as it was: podman asks the registry itself.
    let undone = staged
        .machine
        .pullgate(&["client-config", "podman", "--undo"]);
    undone.expect_success();
    let again = staged.containers("podman", &["pull", "--tls-verify=false", &denied], "");
    again.expect_success();
    assert!(!staged.elsewhere.front.heard().is_empty());
}

#[test]
fn containerd_has_the_gateway_as_its_only_server() {
    let staged = Staged::new();
    // What an administrator had before falls back, and is kept.
    let hosts = format!(
        "/etc/containerd/certs.d/{}/hosts.toml",
        staged.elsewhere.name
    );
    let before = format!(
        "server = \"http://{}\"\n[host.\"{}\"]\n",
        staged.elsewhere.name, staged.gateway
    );
    staged.machine.write(&hosts, &before);
    let _daemon = staged.machine.start_containerd();
    let pull = |person: Option<&pullgate_e2e::Person>, image: &str| {
        let mut command = staged.machine.ctr();
        command.args(["images", "pull", "--hosts-dir", "/etc/containerd/certs.d"]);
        if let Some(person) = person {
            command
                .arg("--user")
                .arg(format!("{}:{}", person.username, person.secret));
        }
        command.arg(image);
        run(&staged.machine.inside(&command))
    };
    let member = Some(&staged.site.member);
    let told = staged.apply("containerd", &[]);
    assert!(told.contains(".before-client-config"), "{told}");
    pull(member, &staged.denied()).expect_failure(&format!("403 {}", staged.sentence()));
    pull(None, &staged.denied()).expect_failure("can be pulled only by people who have signed in");
    pull(member, "docker.io/evil/miner:1").expect_failure(&staged.site.community("evil/miner"));
    pull(member, "docker.io/library/base:1").expect_success();
    staged.nobody_went_around();
    pull(Some(&staged.site.owner), &staged.denied()).expect_success();

    staged
        .machine
        .pullgate(&["client-config", "containerd", "--undo"])
        .expect_success();
    assert_eq!(staged.machine.read(&hosts), before);
    pull(member, &staged.denied()).expect_success();
    assert!(
        !staged.elsewhere.front.heard().is_empty(),
        "what was before falls back"
    );
}

/// The unit's file, as systemd reads it.
fn environment(drop_in: &str) -> Vec<(String, String)> {
    let lines = drop_in.lines();
    let settings = lines.filter_map(|line| line.strip_prefix("Environment="));
    settings
        .filter_map(|setting| setting.trim_matches('"').split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn dockerd_reaches_the_gateway_and_no_other_registry() {
    let staged = Staged::new();
    staged.machine.write(
        "/etc/docker/daemon.json",
        "{\n  \"max-concurrent-downloads\": 2\n}\n",
    );
    staged.apply("docker", &["--close-direct"]);
    let daemon: serde_json::Value =
        serde_json::from_str(&staged.machine.read("/etc/docker/daemon.json")).expect("it is JSON");
    assert_eq!(daemon["max-concurrent-downloads"], 2);
    let gateway = staged.site.gateway.address();
    assert_eq!(daemon["insecure-registries"][0], gateway.as_str());
    let drop_in = "/etc/systemd/system/docker.service.d/pullgate.conf";
    let environment = environment(&staged.machine.read(drop_in));
    assert_eq!(environment.len(), 3, "{environment:?}");
    let _daemon = staged.machine.start_dockerd(&environment);

    let member = &staged.site.member;
    let mut login = staged.machine.docker("mia");
    login
        .args(["login", "--username", &member.username, "--password-stdin"])
        .arg(&gateway);
    run_with_input(&login, &member.secret).expect_success();
    let pull = |image: &str| run(staged.machine.docker("mia").arg("pull").arg(image));
    pull(&format!("{gateway}/library/base:1")).expect_success();
    pull(&format!("{gateway}/evil/miner:1"))
        .expect_failure(&format!("denied: {}", staged.site.community("evil/miner")));
    // There is no way to Docker Hub, or to any other registry.
    for image in ["library/base:1", "evil/miner:1", "ghcr.io/org/app:1"] {
        let outcome = pull(image);
        outcome.expect_failure("proxyconnect");
        outcome.expect_failure("127.0.0.1:9");
    }
    for (builder, kind) in [("0", "classic"), ("1", "BuildKit")] {
        let build = |from: &str| {
            let context = Folder::new("build");
            context.write("Dockerfile", format!("FROM {from}\nLABEL built=yes\n"));
            let mut command = staged.machine.docker("mia");
            command
                .args(["build", "--pull", "--network=none"])
                .arg(context.path())
                .env("DOCKER_BUILDKIT", builder);
            run(&command)
        };
        build(&format!("{gateway}/library/base:1")).expect_success();
        build(&format!("{gateway}/evil/miner:1"))
            .expect_failure(&staged.site.community("evil/miner"));
        let direct = build("docker.io/library/base:1");
        assert!(!direct.succeeded(), "{kind}: {}", direct.text());
        direct.expect_failure("127.0.0.1:9");
    }
    staged
        .machine
        .pullgate(&["client-config", "docker", "--undo"])
        .expect_success();
    assert!(!staged.machine.path(drop_in).exists());
    assert_eq!(
        staged.machine.read("/etc/docker/daemon.json"),
        "{\n  \"max-concurrent-downloads\": 2\n}\n"
    );
}

/// What `--close-direct` writes beside the proxy, without it: the way to
/// registries is open, and these Engines do not take it. BuildKit asks the
/// gateway signed in. So does no pull: dockerd gives its login to nobody but
/// the registry that the image's name begins with.
fn engines_from_28_on_have_the_gateway_as_their_only_server(engine: Engine) {
    let staged = Staged::new();
    staged.apply("docker", &["--close-direct"]);
    let _daemon = staged.machine.start_engine(engine, &[]);
    let member = &staged.site.member;
    let docker = |arguments: &[&str]| {
        let mut command = staged.machine.docker_of(engine, "mia");
        command.args(arguments).env("DOCKER_BUILDKIT", "1");
        command
    };
    let gateway = staged.site.gateway.address();
    let login = [
        "login",
        "--username",
        &member.username,
        "--password-stdin",
        &gateway,
    ];
    run_with_input(&docker(&login), &member.secret).expect_success();
    let build = |from: &str| {
        let context = Folder::new("build");
        context.write("Dockerfile", format!("FROM {from}\nLABEL built=yes\n"));
        let mut command = docker(&["build", "--pull", "--network=none"]);
        run(command.arg(context.path()))
    };
    build(&staged.denied()).expect_failure(&format!("403 {}", staged.sentence()));
    build("evil/miner:1").expect_failure(&staged.site.community("evil/miner"));
    build("library/base:1").expect_success();
    let pull = |image: &str| run(&docker(&["pull", image]));
    pull(&format!("{gateway}/library/base:1")).expect_success();
    match engine.store() {
        Store::Containerd => {
            let as_nobody = "can be pulled only by people who have signed in";
            pull(&staged.denied()).expect_failure(as_nobody);
            pull("library/base:1").expect_failure(&Site::not_signed_in("library/base"));
            staged.nobody_went_around();
        }
        // Its pulls read no such file; the proxy is what ends them.
        Store::GraphDriver => {
            staged.nobody_went_around();
            pull(&staged.denied()).expect_success();
        }
    }
}

/// With a certificate of an authority that no machine knows, `--ca` is enough
/// for each client, and without it containerd and podman do not pull.
#[test]
fn an_authority_of_ones_own_is_trusted_for_the_gateway() {
    let authority = Authority::new();
    let folder = Folder::new("certificate");
    let (certificate, key) = (folder.join("gateway.crt"), folder.join("gateway.key"));
    authority.certify(1, &certificate, &key);
    let site = Site::start_with(|setting| {
        setting.gateway = format!(
            "tls = {{ certificate = '{}', key = '{}' }}\n",
            certificate.display(),
            key.display()
        );
    });
    let gateway = site.gateway.address();
    let machine = Machine::new();
    let ca = authority.trusted().join("ca.crt");
    let ca = ca.to_str().expect("a path of letters");
    let _containerd = machine.start_containerd();
    let _dockerd = machine.start_dockerd(&[]);
    let member = &site.member;
    let credentials = format!("{}:{}", member.username, member.secret);
    let pull = |client: &str, name: &str| match client {
        "containerd" => {
            let mut command = machine.ctr();
            command
                .args(["images", "pull", "--hosts-dir", "/etc/containerd/certs.d"])
                .args(["--user", &credentials])
                .arg(format!("docker.io/{name}"));
            run(&machine.inside(&command))
        }
        "podman" => {
            let podman = |arguments: &[&str]| {
                let mut command = Command::new(tool("podman", "podman"));
                command
                    .args(arguments)
                    .envs(machine.containers_environment());
                run_with_input(&machine.inside(&command), &member.secret)
            };
            let login = [
                "login",
                "--username",
                &member.username,
                "--password-stdin",
                &gateway,
            ];
            let login = podman(&login);
            if !login.succeeded() {
                return login;
            }
            podman(&["pull", &format!("docker.io/{name}")])
        }
        _ => {
            let mut login = machine.docker("mia");
            login
                .args(["login", "--username", &member.username, "--password-stdin"])
                .arg(&gateway);
            let login = run_with_input(&login, &member.secret);
            if !login.succeeded() {
                return login;
            }
            run(machine
                .docker("mia")
                .arg("pull")
                .arg(format!("{gateway}/{name}")))
        }
    };
    for client in ["containerd", "podman", "docker"] {
        let apply = |more: &[&str]| {
            let mut arguments = vec!["client-config", client, "--gateway", &gateway, "--apply"];
            arguments.extend(more);
            machine.pullgate(&arguments).expect_success();
        };
        // dockerd verifies nobody's certificate on loopback addresses.
        if client != "docker" {
            apply(&[]);
            pull(client, "library/base:1").expect_failure("x509");
        }
        apply(&["--ca", ca]);
        pull(client, "library/base:1").expect_success();
        pull(client, "evil/miner:1").expect_failure(&site.community("evil/miner"));
    }
    let trusted = machine.read(&format!("/etc/docker/certs.d/{gateway}/ca.crt"));
    assert!(trusted.contains("BEGIN CERTIFICATE"), "{trusted}");
}

/// Debian's own file keeps what is in it, and containerd takes what comes of
/// it, as it would at its start.
#[test]
fn containerds_kubernetes_side_is_told_where_the_files_are() {
    let machine = Machine::new();
    let path = "/etc/containerd/config.toml";
    let before = machine.read(path);
    let configured = || {
        let mut command = Command::new(tool("containerd", "containerd"));
        command.args(["config", "dump"]);
        run(&machine.inside(&command)).expect_success().to_owned()
    };
    let folder = "config_path = \"/etc/containerd/certs.d\"";
    assert!(!configured().contains(folder));
    let gateway = "gateway.acme.example:5000";
    let told = machine.pullgate(&[
        "client-config",
        "kubernetes",
        "--gateway",
        gateway,
        "--apply",
    ]);
    let told = told.expect_success();
    assert!(told.contains("systemctl restart containerd"), "{told}");
    let after = configured();
    assert!(after.contains(folder), "{after}");
    for line in before.lines().filter(|line| !line.trim().is_empty()) {
        assert!(machine.read(path).contains(line), "{line}");
    }
    let undone = machine.pullgate(&["client-config", "kubernetes", "--undo"]);
    undone.expect_success();
    assert_eq!(machine.read(path), before);
}
