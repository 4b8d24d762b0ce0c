//! What holds while the server, or the agent itself, is away.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::time::{Duration, Instant};

use pullgate_e2e::{Agent, AgentSetting, Engine, Site, eventually};

/// On the oldest and the newest Engine at once, for all of it is waiting.
fn on_both(story: fn(Engine)) {
    std::thread::scope(|threads| {
        for engine in [Engine::Own, Engine::ForkyContainerd] {
            threads.spawn(move || story(engine));
        }
    });
}

#[test]
fn while_the_server_is_away_the_bundle_decides_for_the_set_time_and_then_nothing_comes_in() {
    on_both(server_away);
}

#[test]
fn without_the_agent_the_engine_denies_everything() {
    on_both(agent_away);
}

fn server_away(engine: Engine) {
    let mut site = Site::start();
    let (mia, olivia) = (site.member.clone(), site.owner.clone());
    let address = site.gateway.address();
    let (good, bad) = (
        format!("{address}/library/base:1"),
        format!("{address}/evil/miner:1"),
    );
    let evil = site.community("evil/miner");
    let setting = AgentSetting {
        settings: "refresh = '1s'\nhold = '12s'",
        ..AgentSetting::default()
    };
    let mut agent = Agent::start_on(engine, &site, &setting);
    for person in [&olivia, &mia] {
        agent.sign_in(person).expect_success();
        agent.docker_login(person, &address).expect_success();
        if person.username == "olivia" {
            agent.docker(person, &["pull", &good]).expect_success();
            agent.docker(person, &["pull", &bad]).expect_success();
        }
    }
    site.gateway.process().stop();
    let away = Instant::now();
    agent.docker(&mia, &["create", &good, "x"]).expect_success();
    agent
        .docker(&mia, &["create", &bad, "x"])
        .expect_failure(&agent.denied(&evil));
    // It is all on the disk: a restart changes nothing.
    agent.restart();
    agent.docker(&mia, &["create", &good, "x"]).expect_success();
    agent
        .docker(&mia, &["pull", &bad])
        .expect_failure(&agent.denied(&evil));
    assert!(
        away.elapsed() < Duration::from_secs(11),
        "this machine is too slow for the test"
    );

    eventually("the set time is over", || {
        !agent.docker(&mia, &["create", &good, "x"]).succeeded()
    });
    let outcome = agent.docker(&mia, &["create", &good, "x"]);
    outcome.expect_failure("longer than may be decided without it");
    agent.docker(&mia, &["ps"]).expect_success();

    site.gateway.restart();
    eventually("the server is asked again", || {
        agent.docker(&mia, &["create", &good, "x"]).succeeded()
    });
    // What was decided meanwhile is in the log.
    eventually("it was told", || {
        let log = site
            .gateway
            .command(&["decisions", "acme", "--format", "json"]);
        let log = log.expect_success().to_owned();
        log.contains("reported later") && log.contains("docker.io/evil/miner")
    });
}

fn agent_away(engine: Engine) {
    let site = Site::start();
    let mia = &site.member;
    let agent = Agent::start_on(engine, &site, &AgentSetting::default());
    agent.sign_in(mia).expect_success();
    agent
        .docker(mia, &["volume", "create", "before"])
        .expect_success();
    agent.process().kill();
    let outcome = agent.docker(mia, &["volume", "create", "after"]);
    outcome.expect_failure("plugin");
    let volumes = std::fs::read_dir(agent.engine.folder().join("data/volumes"));
    let there = volumes.expect("the Engine keeps volumes").flatten();
    let names: Vec<_> = there.map(|one| one.file_name()).collect();
    assert!(!names.contains(&"after".into()), "{names:?}");
}
