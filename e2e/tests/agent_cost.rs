//! What the agent costs each call to the Engine.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and what was measured is printed"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use pullgate_e2e::engine_call::{EngineLine, call};
use pullgate_e2e::{
    Agent, AgentSetting, Dockerd, Engine, Person, Site, on_engines, run_with_input,
};

/// More than an unlucky moment, and less than one for each call.
const FEW: usize = 40;

on_engines! {
    ten_thousand_calls_leak_nothing:
        own Own, forky_containerd ForkyContainerd;
    a_call_costs_little_more_with_the_agent:
        own Own, forky_containerd ForkyContainerd;
}

fn ten_thousand_calls_leak_nothing(engine: Engine) {
    let site = Site::start();
    let agent = Agent::start_on(engine, &site, &AgentSetting::default());
    agent.sign_in(&site.member).expect_success();
    let socket = agent.engine.socket();
    let list = agent.uri("/containers/json");
    let some = |count| {
        let mut line = EngineLine::to(&socket);
        for _ in 0..count {
            line.get(&list);
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
        let answer = call(&socket, "GET", &list, &[], b"");
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

fn a_call_costs_little_more_with_the_agent(engine: Engine) {
    let site = Site::start();
    let agent = Agent::start_on(engine, &site, &AgentSetting::default());
    agent.sign_in_to_both(&site, &site.member);
    let without = Dockerd::start_with(engine, &[]);
    let sockets = [without.socket(), agent.engine.socket()];

    let list = agent.uri("/containers/json");
    let listing = compared(&sockets, |socket| {
        let mut line = EngineLine::to(socket);
        median(500, || {
            let start = Instant::now();
            line.get(&list);
            start.elapsed()
        })
    });
    listing.print(engine, "a call");
    assert!(listing.more < Duration::from_millis(2), "{listing:?}");

    // A call that brings an image in: the agent looks the image up at the
    // Engine, and asks the server.
    let image = format!("{}/library/base:1", site.gateway.address());
    for engine in [&without, &agent.engine] {
        pull(engine, &site, &site.member, &image);
    }
    let create = agent.uri("/containers/create");
    let body = format!(r#"{{"Image":"{image}","Cmd":["x"]}}"#);
    let making = compared(&sockets, |socket| {
        let mut line = EngineLine::to(socket);
        median(25, || {
            let start = Instant::now();
            let made = line.done("POST", &create, &body);
            let took = start.elapsed();
            let id = made.split('"').nth(3).expect("a container has an ID");
            line.done("DELETE", &agent.uri(&format!("/containers/{id}")), "");
            took
        })
    });
    making.print(engine, "containers/create of an image that is there");
    // No more than what nobody who starts a container would notice.
    assert!(making.more < Duration::from_millis(200), "{making:?}");
}

fn pull(engine: &Dockerd, site: &Site, person: &Person, image: &str) {
    let mut login = engine.command(&person.home);
    login
        .args(["login", "--username", &person.username, "--password-stdin"])
        .arg(site.gateway.address());
    run_with_input(&login, &person.secret).expect_success();
    pullgate_e2e::run(engine.command(&person.home).args(["pull", image])).expect_success();
}

/// What something takes without the agent and with it.
#[derive(Debug)]
struct Compared {
    more: Duration,
    plain: Duration,
    asked: Duration,
}

impl Compared {
    fn print(&self, engine: Engine, what: &str) {
        let Self { more, plain, asked } = self;
        println!(
            "{engine:?}: median of {what}: {plain:?} without the agent, {asked:?} with it, {more:?} more"
        );
    }
}

/// Measures at each of two sockets in turn, so that a busy moment meets both,
/// and takes the median of what the second needs more.
fn compared(sockets: &[std::path::PathBuf; 2], measure: impl Fn(&Path) -> Duration) -> Compared {
    let mut rounds: Vec<(Duration, Duration, Duration)> = (0..5)
        .map(|_| {
            let [plain, asked] = [measure(&sockets[0]), measure(&sockets[1])];
            (asked.saturating_sub(plain), plain, asked)
        })
        .collect();
    rounds.sort();
    let (more, plain, asked) = rounds[rounds.len() / 2];
    Compared { more, plain, asked }
}

fn median(count: usize, mut once: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..count).map(|_| once()).collect();
    times.sort();
    times[times.len() / 2]
}
