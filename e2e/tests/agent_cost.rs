//! What the agent costs each call to the Engine.

use std::time::{Duration, Instant};

use pullgate_e2e::engine_call::{EngineLine, call};
use pullgate_e2e::{Agent, AgentSetting, Dockerd, Site};

/// More than an unlucky moment, and less than one for each call.
const FEW: usize = 40;

#[test]
fn ten_thousand_calls_leak_nothing() {
    let site = Site::start();
    let agent = Agent::start(&site, &AgentSetting::default());
    agent.sign_in(&site.member).expect_success();
    let socket = agent.engine.socket();
    let some = |count| {
        let mut line = EngineLine::to(&socket);
        for _ in 0..count {
            line.get("/v1.41/containers/json");
        }
    };
    some(200);
    let open = || {
        (
            agent.process().open_files(),
            agent.engine.process().open_files(),
        )
    };
    let before = open();
    // On connections of their own, too, as commands come.
    for _ in 0..9 {
        some(1_000);
    }
    for _ in 0..1_000 {
        let answer = call(&socket, "GET", "/v1.41/containers/json", &[], b"");
        answer.expect_done();
    }
    let after = open();
    println!("open files of agent and Engine before 10,000 calls: {before:?}, after: {after:?}");
    assert!(
        after.0 <= before.0 + FEW,
        "the agent: {before:?}, {after:?}"
    );
    assert!(
        after.1 <= before.1 + FEW,
        "the Engine: {before:?}, {after:?}"
    );
}

#[test]
fn a_call_costs_little_more_with_the_agent() {
    let site = Site::start();
    let agent = Agent::start(&site, &AgentSetting::default());
    agent.sign_in(&site.member).expect_success();
    let without = Dockerd::start();
    let times = |socket: &std::path::Path| {
        let mut line = EngineLine::to(socket);
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..500 {
            let start = Instant::now();
            line.get("/v1.41/containers/json");
            times.push(start.elapsed());
        }
        times.sort();
        times[times.len() / 2]
    };
    // Each in turn, so that a busy moment meets both.
    let mut rounds = Vec::new();
    for _ in 0..5 {
        let (plain, asked) = (times(&without.socket()), times(&agent.engine.socket()));
        rounds.push((asked.saturating_sub(plain), plain, asked));
    }
    rounds.sort();
    let (more, plain, asked) = rounds[rounds.len() / 2];
    println!("median of a call: {plain:?} without the agent, {asked:?} with it, {more:?} more");
    assert!(more < Duration::from_millis(2), "{rounds:?}");
}
