//! `pullgate doctor` on machines with real clients: one whose mirrors fall
//! back, and one that is configured as it should be but for dockerd.

use std::process::Command;

use pullgate_e2e::{
    Elsewhere, Machine, Outcome, Person, Process, Site, pullgate, run, run_with_input,
};
use serde_json::Value;

struct Staged {
    site: Site,
    elsewhere: Elsewhere,
    machine: Machine,
    _daemons: [Process; 2],
}

impl Staged {
    fn new() -> Self {
        let elsewhere = Elsewhere::on_an_address();
        let site = Site::start_with(|setting| elsewhere.add_to(setting));
        let machine = Machine::new();
        let daemons = [machine.start_dockerd(&[]), machine.start_containerd()];
        Self {
            site,
            elsewhere,
            machine,
            _daemons: daemons,
        }
    }

    fn image(&self) -> String {
        format!("{}/org/denied:1", self.elsewhere.name)
    }

    /// Pullgate on the machine, as somebody who works there.
    fn pullgate(&self) -> Command {
        let mut command = pullgate();
        command
            .envs(self.machine.containers_environment())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DOCKER_HOST", self.machine.docker_host())
            .env("DOCKER_CONFIG", self.machine.path("home-doctor"))
            .env("CONTAINERD_ADDRESS", self.machine.containerd_address())
            .env("CONTAINERD_SNAPSHOTTER", "native");
        command
    }

    fn login(&self, person: &Person) {
        let mut command = self.pullgate();
        command
            .args(["login", &self.site.gateway.public_url()])
            .args(["--username", &person.username, "--password-stdin"]);
        let password = format!("a long passphrase of {}\n", person.username);
        run_with_input(&command, &password).expect_success();
    }

    fn doctor(&self, more: &[&str]) -> Outcome {
        let mut command = self.pullgate();
        command
            .args(["doctor", "--gateway", &self.site.gateway.address()])
            .args(["--registry", &format!("{}:80", self.elsewhere.name)])
            .args(["--image", &self.image()])
            .args(more);
        run(&self.machine.inside(&command))
    }

    fn findings(&self) -> Value {
        let outcome = self.doctor(&["--format", "json"]);
        assert!(!outcome.succeeded(), "{}", outcome.text());
        serde_json::from_str(outcome.text())
            .unwrap_or_else(|error| panic!("{error}: {}", outcome.text()))
    }
}

/// Each client with what became of its pull, and what its user would have read.
fn pulls(answer: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pulls = answer["pulls"].as_array().into_iter().flatten();
    pulls
        .map(|pull| {
            (
                text(&pull["client"]),
                text(&pull["outcome"]),
                text(&pull["read"]),
            )
        })
        .collect()
}

fn names(answer: &Value, verdict: &str) -> Vec<String> {
    let findings = answer["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["verdict"] == verdict)
        .map(|finding| finding["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn mirrors_that_fall_back_are_found_by_looking_and_by_trying() {
    let staged = Staged::new();
    let (name, gateway) = (&staged.elsewhere.name, staged.site.gateway.address());
    staged.machine.write(
        "/etc/containers/registries.conf.d/mirror.conf",
        &format!(
            "[[registry]]\nprefix = \"{name}\"\nlocation = \"{name}\"\ninsecure = true\n\
             [[registry.mirror]]\nlocation = \"{gateway}/{name}\"\ninsecure = true\n"
        ),
    );
    staged.machine.write(
        &format!("/etc/containerd/certs.d/{name}/hosts.toml"),
        &format!("server = \"http://{name}\"\n[host.\"http://{gateway}\"]\n"),
    );
    staged.login(&staged.site.member);
    let answer = staged.findings();
    let open = names(&answer, "open");
    for expected in [
        "registries-conf-mirror",
        "hosts-fall-back",
        "containerd-direct",
        "containers-direct",
        "engine-direct",
        "plugin-missing",
        "direct-route",
        "pull-went-through",
    ] {
        assert!(
            open.iter().any(|name| name == expected),
            "{expected}: {open:?}"
        );
    }
    assert!(
        names(&answer, "holds").contains(&"policy".to_owned()),
        "{answer}"
    );
    let pulls = pulls(&answer);
    // docker twice: by the image's name, and by the gateway's.
    let outcomes: Vec<(&str, &str)> = pulls
        .iter()
        .map(|(client, outcome, _)| (client.as_str(), outcome.as_str()))
        .collect();
    let mut expected = vec![
        ("buildah", "pulled"),
        ("ctr", "pulled"),
        ("docker", "pulled"),
        ("docker", "stopped"),
        ("podman", "pulled"),
        ("skopeo", "pulled"),
    ];
    let mut sorted = outcomes.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "{pulls:?}");

    // What was pulled to try is not left.
    let mut list = staged.machine.docker("mia");
    let left = run(list.args(["image", "ls", "--quiet"]));
    assert_eq!(left.expect_success(), "");
    let mut list = staged.machine.ctr();
    list.args(["--namespace", "pullgate-doctor", "images", "ls", "--quiet"]);
    assert_eq!(run(&list).expect_success(), "");
}

#[test]
fn what_client_config_has_written_stops_each_client_with_the_reason() {
    let staged = Staged::new();
    let gateway = format!("http://{}", staged.site.gateway.address());
    for client in ["podman", "containerd"] {
        let done = staged.machine.pullgate(&[
            "client-config",
            client,
            "--gateway",
            &gateway,
            "--registry",
            "docker.io",
            "--registry",
            &staged.elsewhere.name,
            "--apply",
        ]);
        done.expect_success();
    }
    let answer = staged.findings();
    let sentence = format!("pull denied: {}/org/denied", staged.elsewhere.name);
    for (client, outcome, read) in pulls(&answer) {
        if client != "docker" {
            assert_eq!(outcome, "stopped", "{client}: {read}");
        }
        if outcome == "stopped" {
            assert!(read.contains(&sentence), "{client}: {read}");
        }
    }
    let open = names(&answer, "open");
    for closed in ["hosts-fall-back", "containerd-direct", "containers-direct"] {
        assert!(
            !open.iter().any(|name| name == closed),
            "{closed}: {open:?}"
        );
    }
    assert_eq!(
        open.iter()
            .filter(|name| *name == "pull-went-through")
            .count(),
        1,
        "dockerd alone goes to the registry itself: {answer:#}"
    );

    // An owner is denied nothing, so that a pull would show nothing.
    staged.login(&staged.site.owner);
    let answer = staged.findings();
    assert!(
        names(&answer, "unknown").contains(&"policy-exempts-you".to_owned()),
        "{answer:#}"
    );
    assert!(pulls(&answer).is_empty());
    // And none is tried where that is said.
    staged.login(&staged.site.member);
    let quiet = staged.doctor(&["--no-pull"]);
    assert!(!quiet.text().contains("pull-"), "{}", quiet.text());
    quiet.expect_failure("Ways around: ");
}

/// A machine's agent and its dockerd, in namespaces of their own, where no
/// other dockerd is seen. What doctor says at each step is kept.
const AGENT_AND_ENGINE: &str = r#"
set -eu
machine=$1
pullgate=$2
mkdir -p /run/docker
mount -t tmpfs -o mode=755 tmpfs /run/docker
plugin=/run/docker/plugins/pullgate.sock

doctor() {
    "$pullgate" doctor --no-pull --registry "$3" --gateway "$2" --format json > "$machine/$1.json" || true
}
wait_for() {
    for _ in $(seq 300); do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.1
    done
    echo "no: $*" >&2
    exit 1
}

"$pullgate" agent run --settings "$machine/agent.toml" > "$machine/agent.log" 2>&1 &
agent=$!
wait_for test -S "$plugin"
echo '{}' > /etc/docker/daemon.json
dockerd --data-root "$machine/data" --exec-root "$machine/exec" --pidfile "$machine/pid" \
    --host "unix://$machine/d" --iptables=false --ip6tables=false --bridge=none \
    --storage-driver=vfs > "$machine/dockerd.log" 2>&1 &
dockerd=$!
export DOCKER_HOST="unix://$machine/d"
wait_for docker version
doctor missing "$3" "$4"
echo '{"authorization-plugins": ["pullgate"]}' > /etc/docker/daemon.json
doctor not-loaded "$3" "$4"
kill -HUP "$dockerd"
asks() { docker image inspect nothing 2>&1 | grep -q 'denied by plugin pullgate'; }
wait_for asks
doctor decides "$3" "$4"
docker info --format '{{json .Plugins.Authorization}}' > "$machine/told.txt"
kill -KILL "$agent"
wait "$agent" || true
doctor killed "$3" "$4"
rm "$plugin"
: > "$plugin"
doctor a-file "$3" "$4"
kill "$dockerd"
wait "$dockerd" || true
"#;

#[test]
fn the_agent_is_seen_to_decide_and_nothing_else_is_taken_for_it() {
    let elsewhere = Elsewhere::on_an_address();
    let site = Site::start();
    let machine = Machine::new();
    let at = |path: &str| machine.path(path).display().to_string();
    machine.write("registry.json", r#"{"allowedOrgs":["acme"]}"#);
    machine.write(
        "agent.toml",
        &format!(
            "server = '{}'\nallowed_orgs = '{}'\nengine = '{}'\nlogin_socket = '{}'\nstate = '{}'\n",
            site.gateway.public_url(),
            at("registry.json"),
            at("d"),
            at("login.sock"),
            at("state"),
        ),
    );
    let mut command = Command::new("unshare");
    command
        .args(["--pid", "--fork", "--mount-proc", "--", "sh", "-c"])
        .args([AGENT_AND_ENGINE, "sh", &at("")])
        .arg(pullgate().get_program())
        .arg(site.gateway.address())
        .arg(format!("{}:80", elsewhere.name))
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", at(""));
    run(&machine.inside(&command)).expect_success();

    let said = |step: &str| -> Value {
        let text = machine.read(&format!("{step}.json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{step}: {error}: {text}"))
    };
    for (step, open, not_open) in [
        ("missing", &["plugin-missing", "engine-direct"][..], &[][..]),
        ("not-loaded", &["plugin-not-loaded", "engine-direct"], &[]),
        (
            "decides",
            &[],
            &[
                "plugin-missing",
                "plugin-not-loaded",
                "plugin-away",
                "engine-direct",
            ],
        ),
        ("killed", &["plugin-away", "engine-direct"], &[]),
        ("a-file", &["plugin-away", "engine-direct"], &[]),
    ] {
        let answer = said(step);
        let found = names(&answer, "open");
        let has = |name: &&str| found.iter().any(|each| each == *name);
        assert!(open.iter().all(has), "{step}: {answer:#}");
        assert!(!not_open.iter().any(has), "{step}: {answer:#}");
    }
    let holds = names(&said("decides"), "holds");
    for name in ["plugin", "engine-direct"] {
        assert!(holds.iter().any(|each| each == name), "{holds:?}");
    }
    // Which is why it is tried: the Engine tells what it was started with.
    assert_eq!(machine.read("told.txt").trim(), "null");
}
