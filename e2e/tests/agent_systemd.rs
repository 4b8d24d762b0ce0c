//! The agent's unit under the real systemd: checked by its tools, and run by it
//! as process 1 beside Debian's own unit of the Docker Engine.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use pullgate_e2e::{Authority, Booted, Folder, Machine, Outcome, Site, eventually, run, tool};

const UNIT: &str = "pullgate-agent.service";
const SIGN_IN: &str =
    "authorization denied by plugin pullgate: Sign in required! Run: pullgate login";

/// How much of the machine the unit may leave to the agent, in tenths of what
/// `systemd-analyze security` counts to 10: what is left is that it runs as
/// root and reaches the network.
const EXPOSURE: &str = "18";

fn systemd_analyze(arguments: &[&str], unit: &Path) -> Outcome {
    let mut command = Command::new(tool("systemd-analyze", "systemd"));
    run(command.args(arguments).arg(unit))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit_and_little_that_it_exposes() {
    let machine = Machine::new();
    let setup = [
        "agent",
        "setup",
        "--server",
        "https://pullgate.acme.example",
        "--program",
        "/usr/bin/env",
        "--apply",
    ];
    machine.pullgate(&setup).expect_success();
    let unit = machine.path(&format!("/etc/systemd/system/{UNIT}"));
    let verify = ["verify", "--man=no"];
    let verified = systemd_analyze(&verify, &unit);
    assert_eq!(verified.expect_success(), "");
    let threshold = format!("--threshold={EXPOSURE}");
    let security = ["security", "--offline=yes", "--no-pager", &threshold];
    systemd_analyze(&security, &unit).expect_success();

    // Both would find something.
    let text = fs::read_to_string(&unit).expect("the unit can be read");
    let folder = Folder::new("worse");
    let open = text.replace("ProtectSystem=strict", "ProtectSystms=strict");
    let worse = folder.write(UNIT, open.replace("NoNewPrivileges=yes", ""));
    let verified = systemd_analyze(&verify, &worse);
    assert!(
        verified.text().contains("ProtectSystms"),
        "{}",
        verified.text()
    );
    systemd_analyze(&security, &worse).expect_failure("exposure level");
}

/// A booted machine, and a site whose control API is reached from there as
/// people reach it: by a name, over TLS, with an authority of its own.
struct Story {
    booted: Booted,
    site: Site,
    server: String,
    _authority: (Authority, Folder),
}

/// The Engine's configuration before anything is set up, and its permissions.
const DAEMON: (&str, u32) = ("{\"labels\":   [\"a=b\"]}", 0o640);

impl Story {
    fn begin() -> Self {
        let booted = Booted::start();
        let authority = Authority::new();
        let folder = Folder::new("certificate");
        let (certificate, key) = (folder.join("control.crt"), folder.join("control.key"));
        authority.certify(1, &certificate, &key);
        let trusted = authority.trusted().join("ca.crt");
        fs::copy(trusted, booted.path("/etc/acme-ca.pem")).expect("it can be copied");
        let site = Site::start_with(|setting| {
            setting.control = format!(
                "tls = {{ certificate = '{}', key = '{}' }}\n",
                certificate.display(),
                key.display()
            );
        });
        let daemon = booted.path("/etc/docker/daemon.json");
        let (text, mode) = DAEMON;
        fs::write(&daemon, text).expect("it can be written");
        fs::set_permissions(&daemon, fs::Permissions::from_mode(mode)).expect("it is root's");
        Self {
            server: format!("https://localhost:{}", site.gateway.control()),
            booted,
            site,
            _authority: (authority, folder),
        }
    }

    fn setup(&self, more: &str) -> Outcome {
        let server = &self.server;
        self.booted.run(&format!(
            "pullgate agent setup --server {server} --ca /etc/acme-ca.pem --apply{more}"
        ))
    }

    fn undo(&self) -> Outcome {
        self.booted.run("pullgate agent setup --undo")
    }

    fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.site.gateway.address())
    }

    fn docker_run(&self, name: &str) -> Outcome {
        let image = self.image(name);
        let run = format!("docker run --rm --network none {image}");
        self.booted.as_mia(&run)
    }

    /// One image may run, and the other may not.
    fn is_decided(&self) {
        let ran = self.docker_run("library/base:1");
        assert!(
            ran.expect_success().contains("library/base:1"),
            "{}",
            ran.text()
        );
        self.docker_run("evil/miner:1")
            .expect_failure(&self.site.community("evil/miner"));
    }

    fn as_root(&self, command: &str) {
        self.booted.run(command).expect_success();
    }

    fn as_mia(&self, command: &str) {
        self.booted.as_mia(command).expect_success();
    }
}

#[test]
fn systemd_runs_the_agent_before_the_engine_and_again_when_it_was_killed() {
    let story = Story::begin();
    let before = files(&story.booted);
    story.as_root("pullgate signin install --org acme");
    an_agent_that_does_not_start_leaves_the_engine_as_it_was(&story);
    it_is_set_up_and_mia_signs_in(&story);
    it_is_killed_and_starts_again(&story);
    the_engine_waits_until_it_answers(&story);
    it_is_set_up_anew(&story);
    it_is_taken_away(&story);
    where_the_engine_does_not_run_it_is_not_started(&story);
    story.as_root("pullgate signin remove");
    let after = files(&story.booted);
    for path in before.keys().chain(after.keys()) {
        assert_eq!(before.get(path), after.get(path), "{path}");
    }
}

fn an_agent_that_does_not_start_leaves_the_engine_as_it_was(story: &Story) {
    story.as_root("mkdir -p /run/docker/plugins/pullgate.sock");
    let failed = story.setup("");
    failed.expect_failure("systemctl restart pullgate-agent.service has failed");
    failed.expect_failure("the Docker Engine was not changed");
    let daemon = story.booted.path("/etc/docker/daemon.json");
    let text = fs::read_to_string(daemon).expect("it is there");
    assert_eq!(text, DAEMON.0);
    story.as_mia("docker volume create free");
    story.as_root("rmdir /run/docker/plugins/pullgate.sock");
}

fn it_is_set_up_and_mia_signs_in(story: &Story) {
    let told = story.setup("");
    let told = told.expect_success();
    assert!(told.contains("asks the agent before each call"), "{told}");
    assert!(story.booted.is_active(UNIT));
    is_in_its_sandbox(&story.booted);
    // From the first call on.
    story.docker_run("library/base:1").expect_failure(SIGN_IN);

    let secret = &story.site.member.secret;
    let server = &story.server;
    let login = format!("pullgate login {server} --ca /etc/acme-ca.pem -u mia --password-stdin");
    let signed_in = story.booted.as_mia_typing(&login, secret);
    let told = signed_in.expect_success();
    assert!(told.contains("The agent of this machine knows"), "{told}");
    let gateway = story.site.gateway.address();
    let login = format!("docker login -u mia --password-stdin {gateway}");
    story.booted.as_mia_typing(&login, secret).expect_success();
    story.is_decided();
}

/// By systemd, and nobody has to sign in again.
fn it_is_killed_and_starts_again(story: &Story) {
    let booted = &story.booted;
    let main = booted.property(UNIT, "MainPID");
    story.as_root(&format!("kill -KILL {main}"));
    eventually("systemd starts the agent again", || {
        let now = booted.property(UNIT, "MainPID");
        now != main && now != "0" && booted.is_active(UNIT)
    });
    assert_eq!(booted.property(UNIT, "NRestarts"), "1");
    story.is_decided();
}

/// As when the machine starts.
fn the_engine_waits_until_it_answers(story: &Story) {
    story.as_root(&format!(
        "systemctl stop docker.socket docker.service {UNIT}"
    ));
    story.as_root("systemctl start docker.service");
    assert!(story.booted.is_active(UNIT));
    let moment = |unit: &str, name: &str| -> u64 {
        let value = story.booted.property(unit, name);
        value.parse().expect("a moment is a number")
    };
    assert!(
        moment(UNIT, "ActiveEnterTimestampMonotonic")
            <= moment("docker.service", "ExecMainStartTimestampMonotonic")
    );
    story.is_decided();
}

/// What is allowed now holds, without a restart by hand.
fn it_is_set_up_anew(story: &Story) {
    let image = story.image("library/base:1");
    story.as_mia(&format!("docker create --name made --network none {image}"));
    story
        .booted
        .as_mia("docker commit made")
        .expect_failure("docker commit is switched off");
    story.setup(" --allow commit").expect_success();
    story.as_mia("docker commit made");
    let journal = story.booted.journal(UNIT);
    assert!(!journal.contains("not permitted"), "{journal}");
}

fn it_is_taken_away(story: &Story) {
    let booted = &story.booted;
    story.as_mia("pullgate logout");
    booted
        .as_mia("docker volume create kept")
        .expect_failure(SIGN_IN);
    story.undo().expect_success();
    story.as_mia("docker volume create free-again");
    assert!(!booted.is_active(UNIT));
    assert_eq!(booted.property(UNIT, "LoadState"), "not-found");
    story.as_root("systemctl restart docker.service");
    story.as_mia("docker info");
    let again = story.undo();
    let again = again.expect_success();
    assert!(again.contains("nothing was changed"), "{again}");
}

fn where_the_engine_does_not_run_it_is_not_started(story: &Story) {
    story.as_root("systemctl stop docker.socket docker.service");
    let told = story.setup("");
    told.expect_success();
    assert!(
        told.text().contains("from its next start on"),
        "{}",
        told.text()
    );
    story.undo().expect_success();
    assert!(!story.booted.is_active("docker.service"));
    story.as_root("systemctl start docker.service");
    story.as_mia("docker info");
}

/// Without capabilities and new privileges, with system calls filtered, by the
/// kernel's word.
fn is_in_its_sandbox(booted: &Booted) {
    let main = booted.property(UNIT, "MainPID");
    let status = booted.path(&format!("/proc/{main}/status"));
    let status = fs::read_to_string(status).expect("the agent runs");
    for line in [
        "Uid:\t0\t0\t0\t0",
        "CapEff:\t0000000000000000",
        "CapBnd:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
    ] {
        assert!(
            status.lines().any(|found| found == line),
            "{line}: {status}"
        );
    }
}

/// Everything where the setup writes, as it is.
fn files(booted: &Booted) -> BTreeMap<String, (u32, u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = [
        "/etc",
        "/usr/share/docker-desktop",
        "/var/lib/pullgate-agent",
        "/run/pullgate-agent",
    ]
    .map(str::to_owned)
    .to_vec();
    while let Some(path) = open.pop() {
        let place = booted.path(&path);
        let Ok(seen) = fs::symlink_metadata(&place) else {
            continue;
        };
        let content = if seen.is_dir() {
            let names = fs::read_dir(&place)
                .expect("a folder can be read")
                .flatten();
            let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
            open.extend(names.map(|name| format!("{path}/{name}")));
            Vec::new()
        } else if seen.is_symlink() {
            let leads_to = fs::read_link(&place).expect("a link can be read");
            leads_to.into_os_string().into_encoded_bytes()
        } else if seen.is_file() {
            fs::read(&place).expect("root reads every file")
        } else {
            Vec::new()
        };
        found.insert(path, (seen.mode(), seen.uid(), content));
    }
    found
}
