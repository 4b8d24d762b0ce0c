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
