//! The Docker Engine asks the agent: a real dockerd, the real program, and what
//! somebody reads.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use pullgate_e2e::engine_call::EngineAnswer;
use pullgate_e2e::{Agent, AgentSetting, Person, Site, eventually};

const SIGN_IN: &str = "Sign in required! Run: pullgate login";

/// The gateway's images by the names that people use here.
struct Names {
    gateway: String,
}

impl Names {
    fn of(site: &Site) -> Self {
        Self {
            gateway: site.gateway.address(),
        }
    }

    fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.gateway)
    }
}

/// An agent, and somebody who is signed in there and at the gateway.
fn signed_in(site: &Site, person: &Person, setting: &AgentSetting) -> Agent {
    let agent = Agent::start(site, setting);
    sign_in(&agent, site, person);
    agent
}

fn sign_in(agent: &Agent, site: &Site, person: &Person) {
    agent.sign_in(person).expect_success();
    agent
        .docker_login(person, &site.gateway.address())
        .expect_success();
}

/// The names of the images that the Engine holds.
fn held(agent: &Agent, person: &Person) -> BTreeSet<String> {
    let listed = agent.docker(person, &["images", "--format", "{{.Repository}}:{{.Tag}}"]);
    let names = listed.expect_success().lines().map(str::to_owned);
    names.collect()
}

#[test]
fn before_anybody_has_signed_in_only_looking_and_stopping_goes_on() {
    let site = Site::start();
    let names = Names::of(&site);
    let agent = Agent::start(&site, &AgentSetting::default());
    let mia = &site.member;
    for harmless in [
        &["version"][..],
        &["info"],
        &["ps", "--all"],
        &["images"],
        &["network", "ls"],
        &["volume", "ls"],
    ] {
        agent.docker(mia, harmless).expect_success();
    }
    let gone = agent.docker(mia, &["stop", "nothing"]);
    gone.expect_failure("No such container: nothing");
    let image = names.image("library/base:1");
    for command in [
        &["pull", &image][..],
        &["create", &image],
        &["volume", "create", "some"],
        &["network", "create", "n"],
        &[
            "plugin",
            "install",
            "--grant-all-permissions",
            "some/plugin",
        ],
        &["tag", "a", "b"],
        &["rmi", "a"],
        &["logs", "a"],
        &["exec", "a", "sh"],
        &["swarm", "init"],
        &["commit", "a"],
        &["system", "prune", "--force"],
    ] {
        let outcome = agent.docker(mia, command);
        outcome.expect_failure(&agent.denied(SIGN_IN));
    }
    agent
        .docker_login(mia, &names.gateway)
        .expect_failure(&agent.denied(SIGN_IN));

    let signed_in = agent.sign_in(mia);
    let told = signed_in.expect_success();
    assert!(
        told.contains("the Docker Engine brings in what mia may pull"),
        "{told}"
    );
    agent.docker_login(mia, &names.gateway).expect_success();
    agent.docker(mia, &["pull", &image]).expect_success();
    assert_eq!(agent.status()["people"][0]["person"], "mia");

    // Signing out takes it away again.
    agent.sign_out(mia).expect_success();
    let outcome = agent.docker(mia, &["create", &image]);
    outcome.expect_failure(&agent.denied(SIGN_IN));
    agent.docker(mia, &["ps"]).expect_success();
}

#[test]
fn a_person_of_no_demanded_organization_does_not_count() {
    let site = Site::start();
    let image = Names::of(&site).image("library/base:1");
    let agent = Agent::start(&site, &AgentSetting::default());
    let sam = &site.outsider;
    let told = agent.sign_in(sam);
    let told = told.expect_success();
    assert!(told.contains("sam belongs to none"), "{told}");
    let outcome = agent.docker(sam, &["pull", &image]);
    outcome.expect_failure(&agent.denied(SIGN_IN));

    // The file is watched: it holds from the next call on, without a restart.
    agent.demand(Some(r#"{"allowedOrgs":["somebody-else"]}"#));
    sign_in_refused(&agent, &site.member, &image);
    agent.demand(Some(r#"{"allowedOrgs":["acme","somebody-else"]}"#));
    sign_in(&agent, &site, &site.member);
    agent
        .docker(&site.member, &["pull", &image])
        .expect_success();
    agent.demand(Some("not JSON"));
    agent
        .docker(&site.member, &["pull", &image])
        .expect_failure("cannot be used");

    // Where nobody has to be signed in, whoever is not brings in nothing.
    agent.demand(None);
    agent.sign_out(&site.member).expect_success();
    agent
        .docker(&site.member, &["volume", "create", "some"])
        .expect_success();
    agent
        .docker(&site.member, &["create", &image])
        .expect_failure(&agent.denied(SIGN_IN));
    agent
        .docker(&site.member, &["pull", &image])
        .expect_failure(&agent.denied(SIGN_IN));
}

fn sign_in_refused(agent: &Agent, person: &Person, image: &str) {
    agent.sign_in(person).expect_success();
    let outcome = agent.docker(person, &["pull", image]);
    outcome.expect_failure(&agent.denied(SIGN_IN));
}

#[test]
fn every_way_that_brings_an_image_in_is_decided_for_who_is_signed_in() {
    let site = Site::start();
    let names = Names::of(&site);
    let (mia, olivia) = (&site.member, &site.owner);
    let agent = signed_in(&site, mia, &AgentSetting::default());
    let docker = |arguments: &[&str]| agent.docker(mia, arguments);
    let evil = site.community("evil/miner");
    let (good, bad) = (names.image("library/base:1"), names.image("evil/miner:1"));

    // pull and run, by name
    docker(&["pull", &good]).expect_success();
    docker(&["create", "--name", "good", &good, "x"]).expect_success();
    docker(&["pull", &bad]).expect_failure(&agent.denied(&evil));
    docker(&["create", &bad, "x"]).expect_failure(&agent.denied(&evil));
    // Docker Hub itself, which the gateway does not stand before.
    docker(&["pull", "evil/miner"]).expect_failure(&agent.denied(&evil));
    docker(&["pull", "--all-tags", "evil/miner"]).expect_failure(&agent.denied(&evil));
    docker(&["pull", "registry.hub.docker.com/evil/miner"]).expect_failure(&agent.denied(&evil));
    docker(&["pull", "ghcr.io/org/app"]).expect_failure("not listed as trusted");

    // Engine plugins and services
    docker(&["plugin", "install", "--grant-all-permissions", "evil/miner"])
        .expect_failure(&agent.denied(&evil));
    let service =
        format!(r#"{{"Name":"s","TaskTemplate":{{"ContainerSpec":{{"Image":"{bad}"}}}}}}"#);
    let json = &[("Content-Type", "application/json")];
    for uri in [
        "/v1.41/services/create",
        "/v1.41/services/s/update?version=1",
    ] {
        let answer = agent.call("POST", uri, json, service.as_bytes());
        answer.expect_denied(&evil);
    }

    // Content of which nothing can be seen is closed unless it was opened.
    for (command, what) in [
        (&["swarm", "init"][..], "a swarm is switched off"),
        (&["commit", "good"], "docker commit is switched off"),
        (
            &["import", "/etc/hostname", "x"],
            "docker import is switched off",
        ),
        (
            &["load", "--input", "/etc/hostname"],
            "docker load is switched off",
        ),
    ] {
        docker(command).expect_failure(what);
    }
    // BuildKit's command does not show what the Engine says to it.
    for (buildkit, read) in [
        ("0", "docker build is switched off"),
        ("1", "unable to upgrade to h2c, received 403"),
    ] {
        let context = pullgate_e2e::Folder::new("context");
        context.write("Dockerfile", format!("FROM {bad}\n"));
        let mut command = agent.engine.command(&mia.home);
        command
            .env("DOCKER_BUILDKIT", buildkit)
            .arg("build")
            .arg(context.path());
        pullgate_e2e::run(&command).expect_failure(read);
    }

    // An owner brings the image in; it is there then, under names and an ID.
    sign_in(&agent, &site, olivia);
    agent.docker(olivia, &["pull", &bad]).expect_success();
    let renamed = names.image("library/base:renamed");
    agent
        .docker(olivia, &["tag", &bad, &renamed])
        .expect_success();
    let id = agent.docker(olivia, &["images", "--quiet", "--no-trunc", &bad]);
    let id = id.expect_success().trim().to_owned();
    agent.docker(olivia, &["create", &id, "x"]).expect_success();
    agent.sign_in(mia).expect_success();
    let hex = id.trim_start_matches("sha256:");
    for name in [bad.as_str(), &renamed, &id, hex, &hex[..12], &hex[..4]] {
        docker(&["create", name, "x"]).expect_failure(&agent.denied(&evil));
    }
    docker(&["create", &good, "x"]).expect_success();
    docker(&["create", &"0".repeat(64), "x"]).expect_failure("there is no image");

    // Every decision is in the log, with what was about to be done.
    let recorded = || {
        let log = site
            .gateway
            .command(&["decisions", "acme", "--format", "json"]);
        log.expect_success().to_owned()
    };
    eventually("the decisions are recorded", || {
        let log = recorded();
        log.contains("pullgate-agent/") && log.contains(r#""action": "run""#)
    });
}

#[test]
fn what_was_opened_goes_on_and_what_was_made_here_runs() {
    let site = Site::start();
    let names = Names::of(&site);
    let mia = &site.member;
    let setting = AgentSetting {
        calls: "build = 'allowed'\ncommit = 'allowed'\nimport = 'allowed'\nload = 'allowed'\nmade_here = 'allowed'",
        ..AgentSetting::default()
    };
    let agent = signed_in(&site, mia, &setting);
    let docker = |arguments: &[&str]| agent.docker(mia, arguments);
    let good = names.image("library/base:1");
    docker(&["pull", &good]).expect_success();
    docker(&["create", "--name", "good", &good, "x"]).expect_success();
    docker(&["commit", "good", "made/here:1"]).expect_success();
    docker(&["create", "made/here:1", "x"]).expect_success();
    let folder = pullgate_e2e::Folder::new("made");
    let tar = folder.join("image.tar");
    let tar = tar.to_str().expect("a path is text");
    docker(&["save", "--output", tar, "made/here:1"]).expect_success();
    docker(&["load", "--input", tar]).expect_success();
    docker(&["import", tar, "made/imported:1"]).expect_success();
    folder.write("Dockerfile", format!("FROM {good}\nLABEL a=b\n"));
    for buildkit in ["0", "1"] {
        let mut command = agent.engine.command(&mia.home);
        command
            .env("DOCKER_BUILDKIT", buildkit)
            .args(["build", "--network=none", "--tag", "made/built:1"])
            .arg(folder.path());
        pullgate_e2e::run(&command).expect_success();
    }
    docker(&["create", "made/built:1", "x"]).expect_success();
    // What came from a registry is decided all the same.
    docker(&["pull", &names.image("evil/miner:1")])
        .expect_failure(&agent.denied(&site.community("evil/miner")));
}

/// An Engine that holds a good and a bad image, with mia signed in.
struct Tempted {
    site: Site,
    agent: Agent,
    good: String,
    bad: String,
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const CREATE: &str = "/v1.41/containers/create";

impl Tempted {
    fn new() -> Self {
        let site = Site::start();
        let names = Names::of(&site);
        let (mia, olivia) = (&site.member, &site.owner);
        let agent = signed_in(&site, olivia, &AgentSetting::default());
        let (good, bad) = (names.image("library/base:1"), names.image("evil/miner:1"));
        for image in [&good, &bad] {
            agent.docker(olivia, &["pull", image]).expect_success();
        }
        sign_in(&agent, &site, mia);
        Self {
            site,
            agent,
            good,
            bad,
        }
    }

    /// What is read about the bad image.
    fn evil(&self) -> String {
        self.site.community("evil/miner")
    }

    /// How many containers there are.
    fn made(&self) -> usize {
        let listed = self
            .agent
            .docker(&self.site.member, &["ps", "--all", "--quiet"]);
        listed.expect_success().lines().count()
    }

    fn create(&self, headers: &[(&str, &str)], body: &str) -> EngineAnswer {
        self.agent.call("POST", CREATE, headers, body.as_bytes())
    }

    fn post(&self, uri: &str, headers: &[(&str, &str)], body: &str) -> EngineAnswer {
        self.agent.call("POST", uri, headers, body.as_bytes())
    }
}

#[test]
fn the_known_ways_around_a_plugin_by_the_body() {
    let tempted = Tempted::new();
    let (good, bad, evil) = (&tempted.good, &tempted.bad, tempted.evil());
    // JSON keys in another case, and twice.
    tempted
        .create(&[JSON], &format!(r#"{{"iMAGE":"{bad}"}}"#))
        .expect_denied(&evil);
    for body in [
        format!(r#"{{"Image":"{good}","Image":"{bad}"}}"#),
        format!(r#"{{"Image":"{good}","image":"{bad}"}}"#),
        format!(r#"{{"image":"{bad}","Image":"{good}"}}"#),
    ] {
        tempted
            .create(&[JSON], &body)
            .expect_denied("more than once");
    }
    // A body that the Engine acts on and does not show: too long, and on some
    // versions streamed, or under an address that it takes for a sign-in.
    let filler = "x".repeat(1024 * 1024);
    let long = format!(r#"{{"Image":"{bad}","Labels":{{"x":"{filler}"}}}}"#);
    tempted
        .create(&[JSON], &long)
        .expect_denied("was not shown");
    let body = format!(r#"{{"Image":"{bad}"}}"#);
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let streamed = tempted.create(&[JSON, ("Transfer-Encoding", "chunked")], &chunked);
    let as_sign_in = tempted.post(&format!("{CREATE}?x=/auth"), &[JSON], &body);
    for answer in [streamed, as_sign_in] {
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    let broken = &[("Content-Type", "application/json; x=\"")];
    let answer = tempted.create(broken, &body);
    assert_ne!(answer.status, 201, "{}", answer.text);
    tempted.create(&[], "").expect_denied("was not shown");
    // What follows the first document.
    for (first, second) in [(bad, good), (good, bad)] {
        let two = format!(r#"{{"Image":"{first}"}}{{"Image":"{second}"}}"#);
        tempted
            .create(&[JSON], &two)
            .expect_denied("cannot be read");
    }
    assert_eq!(tempted.made(), 0, "a container was made");
    // And what is meant well goes through all the same.
    let body = format!(r#"{{"Image":"{good}","Cmd":["x"]}}"#);
    tempted.create(&[JSON], &body).expect_done();
    assert_eq!(tempted.made(), 1);
}

#[test]
fn the_known_ways_around_a_plugin_by_forms_queries_and_paths() {
    let tempted = Tempted::new();
    let evil = tempted.evil();
    let name = |image: &str| image.trim_end_matches(":1").to_owned();
    let of_bad = format!("fromImage={}&tag=1", name(&tempted.bad));
    let pull = format!(
        "/v1.41/images/create?fromImage={}&tag=1",
        name(&tempted.good)
    );
    // A form that overrides the query, alone and behind another type.
    for headers in [&[FORM][..], &[FORM, JSON]] {
        tempted
            .post(&pull, headers, &of_bad)
            .expect_denied("may carry a form");
    }
    let chunked = format!("{:x}\r\n{of_bad}\r\n0\r\n\r\n", of_bad.len());
    tempted
        .post(&pull, &[FORM, ("Transfer-Encoding", "chunked")], &chunked)
        .expect_denied("may carry a form");
    tempted
        .post("/v1.41/images/create?fromSrc=-&repo=x", &[FORM], &of_bad)
        .expect_denied("docker import");
    // Query keys twice, and escaped; paths escaped, and with any version.
    tempted
        .post(&format!("{pull}&{of_bad}"), &[], "")
        .expect_denied("more than once");
    let escaped = of_bad.replace("fromImage", "from%49mage");
    for uri in [
        format!("/v1.41/images/%63reate?{escaped}"),
        format!("/images/create?{of_bad}"),
        format!("/v1.24/images/create?{of_bad}"),
        format!("/v1.40/images/create?{of_bad}"),
    ] {
        tempted.post(&uri, &[], "").expect_denied(&evil);
    }
    let slash = format!("/v1.41%2fimages%2Fcreate?{of_bad}");
    let answer = tempted.post(&slash, &[], "");
    assert!(
        answer.status == 403 || answer.status == 404,
        "{}",
        answer.text
    );
    tempted
        .post(
            &format!("http://engine/v1.41/images/create?{of_bad}"),
            &[],
            "",
        )
        .expect_denied("address of this call");
    // The build service: a session, and the stream that BuildKit speaks.
    let upgrade = &[("Upgrade", "h2c"), ("Connection", "Upgrade")];
    for uri in ["/v1.41/session", "/session"] {
        tempted.post(uri, upgrade, "").expect_denied("docker build");
    }
    let answer = tempted.post("/grpc", upgrade, "");
    assert_ne!(answer.status, 101, "{}", answer.text);
    tempted
        .post("/v1.41/build?remote=http://127.0.0.1:1/x", &[], "")
        .expect_denied("docker build");
    assert!(held(&tempted.agent, &tempted.site.member).contains(&tempted.good));
}

#[test]
fn a_membership_that_ends_holds_from_the_next_call_on() {
    let site = Site::start();
    let image = Names::of(&site).image("library/base:1");
    let mia = &site.member;
    let setting = AgentSetting {
        settings: "refresh = '1s'",
        ..AgentSetting::default()
    };
    let agent = signed_in(&site, mia, &setting);
    agent.docker(mia, &["pull", &image]).expect_success();
    site.gateway
        .command(&["member", "remove", "acme", "mia"])
        .expect_success();
    agent
        .docker(mia, &["create", &image])
        .expect_failure(&agent.denied(SIGN_IN));
    eventually("the session is dropped", || {
        agent.status()["people"]
            .as_array()
            .is_some_and(Vec::is_empty)
    });

    // And so does an account.
    site.gateway
        .command(&["member", "add", "acme", "mia"])
        .expect_success();
    sign_in(&agent, &site, mia);
    agent.docker(mia, &["create", &image, "x"]).expect_success();
    site.gateway
        .command(&["user", "disable", "mia"])
        .expect_success();
    agent
        .docker(mia, &["create", &image])
        .expect_failure(&agent.denied(SIGN_IN));
}

#[test]
fn of_several_people_on_a_machine_all_have_to_be_allowed() {
    let site = Site::start();
    let names = Names::of(&site);
    let (mia, olivia) = (&site.member, &site.owner);
    let bad = names.image("evil/miner:1");
    let agent = signed_in(&site, olivia, &AgentSetting::default());
    agent.docker(olivia, &["pull", &bad]).expect_success();
    // mia signs in as another user of the machine.
    let mut login = agent.pullgate("mia-of-1234");
    login
        .args(["login", &site.gateway.public_url(), "-u", "mia"])
        .arg("--password-stdin");
    let as_another = as_user(&login, 1234, &agent);
    pullgate_e2e::run_with_input(&as_another, &mia.secret).expect_success();
    let people = agent.status();
    let uids: Vec<_> = people["people"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["uid"].as_u64(), one["person"].as_str()))
        .collect();
    assert_eq!(uids, [(Some(0), Some("olivia")), (Some(1234), Some("mia"))]);
    agent
        .docker(olivia, &["create", &bad, "x"])
        .expect_failure(&agent.denied(&site.community("evil/miner")));
    // Nobody signs anybody else out.
    agent.sign_out(olivia).expect_success();
    agent
        .docker(olivia, &["create", &bad, "x"])
        .expect_failure(&agent.denied(&site.community("evil/miner")));
}

/// The same command, as another user of the machine.
fn as_user(command: &std::process::Command, uid: u32, agent: &Agent) -> std::process::Command {
    let home = agent.folder().subfolder("another");
    std::os::unix::fs::chown(&home, Some(uid), Some(uid)).expect("root gives folders away");
    let program = agent.folder().join("pullgate");
    std::fs::copy(command.get_program(), &program).expect("the program can be copied");
    let mut other = std::process::Command::new("setpriv");
    other
        .arg(format!("--reuid={uid}"))
        .arg(format!("--regid={uid}"))
        .args(["--clear-groups", "--"])
        .arg(program)
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            other.env(name, value);
        }
    }
    other.env("XDG_CONFIG_HOME", home);
    other
}
