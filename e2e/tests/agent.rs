//! The Docker Engine asks the agent: a real dockerd, the real program, and what
//! somebody reads.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::sync::LazyLock;

use pullgate_e2e::{Agent, AgentSetting, Engine, Folder, Person, Site, Store};
use pullgate_e2e::{eventually, on_engines, run, run_with_input};

const SIGN_IN: &str = "Sign in required! Run: pullgate login";

on_engines! {
    before_anybody_has_signed_in_only_looking_and_stopping_goes_on:
        own Own, forky_containerd ForkyContainerd;
    every_way_that_brings_an_image_in_is_decided_for_who_is_signed_in:
        own Own, trixie Trixie, forky Forky, forky_containerd ForkyContainerd;
    what_was_opened_goes_on_and_what_was_made_here_runs:
        own Own, forky Forky, forky_containerd ForkyContainerd;
    a_membership_that_ends_holds_from_the_next_call_on:
        own Own, forky_containerd ForkyContainerd;
}

/// For stories that change nothing of it.
fn site() -> &'static Site {
    static SITE: LazyLock<Site> = LazyLock::new(Site::start);
    &SITE
}

/// An image behind a site's gateway, by the name that people use here.
fn named(site: &Site, name: &str) -> String {
    format!("{}/{name}", site.gateway.address())
}

fn before_anybody_has_signed_in_only_looking_and_stopping_goes_on(engine: Engine) {
    let site = site();
    let agent = Agent::start_on(engine, site, &AgentSetting::default());
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
    let image = named(site, "library/base:1");
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
        .docker_login(mia, &site.gateway.address())
        .expect_failure(&agent.denied(SIGN_IN));

    let signed_in = agent.sign_in(mia);
    let told = signed_in.expect_success();
    assert!(
        told.contains("the Docker Engine brings in what mia may pull"),
        "{told}"
    );
    agent
        .docker_login(mia, &site.gateway.address())
        .expect_success();
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
    let site = site();
    let image = named(site, "library/base:1");
    let agent = Agent::start(site, &AgentSetting::default());
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
    agent.sign_in_to_both(site, &site.member);
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

fn every_way_that_brings_an_image_in_is_decided_for_who_is_signed_in(engine: Engine) {
    let site = site();
    let (mia, olivia) = (&site.member, &site.owner);
    let agent = Agent::start_on(engine, site, &AgentSetting::default());
    agent.sign_in_to_both(site, mia);
    let docker = |arguments: &[&str]| agent.docker(mia, arguments);
    let evil = site.community("evil/miner");
    let (good, bad) = (named(site, "library/base:1"), named(site, "evil/miner:1"));

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
    for path in ["/services/create", "/services/s/update?version=1"] {
        let answer = agent.call("POST", &agent.uri(path), json, service.as_bytes());
        answer.expect_denied(&evil);
    }
    let back = agent.uri("/services/s/update?version=1&rollback=previous");
    let answer = agent.call("POST", &back, json, service.as_bytes());
    answer.expect_denied("a rollback does not say");

    let in_its_place = agent.uri("/plugins/pull?remote=acme/app:1&name=pullgate");
    let answer = agent.call("POST", &in_its_place, &[], b"");
    answer.expect_denied("may not be called pullgate");

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
    // BuildKit's command does not show what the Engine says to it. A newer one
    // goes on to a builder of its own, in a container of an image like others.
    let its_own = site.community("moby/buildkit");
    let by_buildkit = match engine {
        Engine::Own => "unable to upgrade to h2c, received 403",
        Engine::Trixie | Engine::Forky | Engine::ForkyContainerd => &its_own,
    };
    for (buildkit, read) in [("0", "docker build is switched off"), ("1", by_buildkit)] {
        let context = Folder::new("context");
        context.write("Dockerfile", format!("FROM {bad}\n"));
        let mut command = agent.engine.command(&mia.home);
        command
            .env("DOCKER_BUILDKIT", buildkit)
            .arg("build")
            .arg(context.path());
        run(&command).expect_failure(read);
    }

    // An owner brings the image in; it is there then, under names and an ID.
    agent.sign_in_to_both(site, olivia);
    agent.docker(olivia, &["pull", &bad]).expect_success();
    let renamed = named(site, "library/base:renamed");
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
        // Nor can it be called something else.
        docker(&["tag", name, "acme/app:mine"]).expect_failure(&agent.denied(&evil));
    }
    let mounted = format!(
        r#"{{"Image":"{good}","HostConfig":{{"Mounts":[{{"Type":"image","Source":"{bad}","Target":"/x"}}]}}}}"#
    );
    let create = agent.uri("/containers/create");
    let answer = agent.call("POST", &create, json, mounted.as_bytes());
    answer.expect_denied(&evil);
    docker(&["create", &good, "x"]).expect_success();
    docker(&["tag", &good, "acme/app:mine"]).expect_success();
    // A swarm's nodes pull by the name, whatever image has it here.
    docker(&["tag", &good, "evil/miner:1"]).expect_success();
    let service = r#"{"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"evil/miner:1"}}}"#;
    let create = agent.uri("/services/create");
    let answer = agent.call("POST", &create, json, service.as_bytes());
    answer.expect_denied(&evil);
    docker(&["rmi", "evil/miner:1"]).expect_success();
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

fn what_was_opened_goes_on_and_what_was_made_here_runs(engine: Engine) {
    let site = site();
    let mia = &site.member;
    let setting = AgentSetting {
        calls: "build = 'allowed'\ncommit = 'allowed'\nimport = 'allowed'\nload = 'allowed'\nmade_here = 'allowed'",
        ..AgentSetting::default()
    };
    let agent = Agent::start_on(engine, site, &setting);
    agent.sign_in_to_both(site, mia);
    let docker = |arguments: &[&str]| agent.docker(mia, arguments);
    let good = named(site, "library/base:1");
    docker(&["pull", &good]).expect_success();
    docker(&["create", "--name", "good", &good, "x"]).expect_success();
    // containerd's store knows an image by its names, so there it is they that
    // are decided: acme's own.
    docker(&["commit", "good", "acme/made:1"]).expect_success();
    docker(&["create", "acme/made:1", "x"]).expect_success();
    docker(&["commit", "good", "made/here:1"]).expect_success();
    let by_its_name = docker(&["create", "made/here:1", "x"]);
    match engine.store() {
        Store::GraphDriver => drop(by_its_name.expect_success()),
        Store::Containerd => {
            by_its_name.expect_failure(&agent.denied(&site.community("made/here")));
        }
    }
    let folder = Folder::new("made");
    let tar = folder.join("image.tar");
    let tar = tar.to_str().expect("a path is text");
    docker(&["save", "--output", tar, "acme/made:1"]).expect_success();
    docker(&["load", "--input", tar]).expect_success();
    docker(&["import", tar, "acme/imported:1"]).expect_success();
    folder.write("Dockerfile", format!("FROM {good}\nLABEL a=b\n"));
    for buildkit in ["0", "1"] {
        let mut command = agent.engine.command(&mia.home);
        command
            .env("DOCKER_BUILDKIT", buildkit)
            .args(["build", "--network=none", "--tag", "acme/built:1"])
            .arg(folder.path());
        run(&command).expect_success();
    }
    docker(&["create", "acme/built:1", "x"]).expect_success();
    // What came from a registry is decided all the same, and still is when its
    // names are gone.
    let (olivia, bad) = (&site.owner, named(site, "evil/miner:1"));
    agent.sign_in_to_both(site, olivia);
    agent.docker(olivia, &["pull", &bad]).expect_success();
    let id = docker(&["images", "--quiet", "--no-trunc", &bad]);
    let id = id.expect_success().trim().to_owned();
    let left = match engine.store() {
        Store::GraphDriver => {
            agent
                .docker(olivia, &["tag", &bad, "acme/left:1"])
                .expect_success();
            agent.sign_in_to_both(site, mia);
            docker(&["rmi", &bad]).expect_success();
            "acme/left:1"
        }
        Store::Containerd => {
            agent.sign_in_to_both(site, mia);
            // Another image has the name from now on.
            docker(&["tag", &good, &bad]).expect_success();
            &id
        }
    };
    let digests = docker(&["image", "inspect", "--format", "{{.RepoDigests}}", &id]);
    assert_eq!(digests.expect_success().trim(), "[]");
    for name in [left, &id] {
        docker(&["create", name, "x"]).expect_failure(&agent.denied(&site.community("evil/miner")));
    }
    docker(&["pull", &named(site, "evil/miner:1")])
        .expect_failure(&agent.denied(&site.community("evil/miner")));
}

fn a_membership_that_ends_holds_from_the_next_call_on(engine: Engine) {
    let site = Site::start();
    let image = named(&site, "library/base:1");
    let mia = &site.member;
    let setting = AgentSetting {
        settings: "refresh = '1s'",
        ..AgentSetting::default()
    };
    let agent = Agent::start_on(engine, &site, &setting);
    agent.sign_in_to_both(&site, mia);
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
    agent.sign_in_to_both(&site, mia);
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
    let site = site();
    let (mia, olivia) = (&site.member, &site.owner);
    let bad = named(site, "evil/miner:1");
    let agent = Agent::start(site, &AgentSetting::default());
    agent.sign_in_to_both(site, olivia);
    agent.docker(olivia, &["pull", &bad]).expect_success();
    // mia signs in as another user of the machine.
    let mut login = agent.pullgate("mia-of-1234");
    login
        .args(["login", &site.gateway.public_url(), "-u", "mia"])
        .arg("--password-stdin");
    let as_another = as_user(&login, 1234, &agent);
    run_with_input(&as_another, &mia.secret).expect_success();
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
