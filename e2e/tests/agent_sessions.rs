//! What keeps somebody signed in on a machine, and what does not.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use pullgate_e2e::{Agent, AgentSetting, Site, eventually};

/// Says a line to the agent and reads what it answers.
fn say(agent: &Agent, line: &str) -> String {
    let socket = agent.folder().join("login.sock");
    let mut stream = UnixStream::connect(socket).expect("the agent listens");
    writeln!(stream, "{line}").expect("it listens");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("it answers");
    heard
}

fn people(agent: &Agent) -> usize {
    agent.status()["people"].as_array().map_or(0, Vec::len)
}

#[test]
fn what_somebody_says_to_the_agent_changes_nothing_for_others() {
    let site = Site::start();
    let (mia, server) = (&site.member, site.gateway.public_url());
    let agent = Agent::start(&site, &AgentSetting::default());
    agent.sign_in(mia).expect_success();
    agent
        .docker_login(mia, &site.gateway.address())
        .expect_success();
    let image = format!("{}/library/base:1", site.gateway.address());
    agent.docker(mia, &["pull", &image]).expect_success();
    for token in [r"a\nb", "", "é", "aaa.bbb.ccc", &"x".repeat(100_000)] {
        let line = format!(r#"{{"say":"sign_in","server":"{server}","token":"{token}"}}"#);
        let heard = say(&agent, &line);
        assert!(heard.contains("problem"), "{heard}");
        agent.docker(mia, &["create", &image, "x"]).expect_success();
    }
    for nonsense in ["", "{}", r#"{"say":"sign_in"}"#, "[1", "\u{0}"] {
        say(&agent, nonsense);
    }
    assert_eq!(people(&agent), 1);
    agent.docker(mia, &["create", &image, "x"]).expect_success();
    let log = site
        .gateway
        .command(&["decisions", "acme", "--format", "json"]);
    let log = log.expect_success();
    assert!(log.contains("docker.io/library/base"), "{log}");
    assert!(!log.contains("reported later"), "the server decided: {log}");
}

#[test]
fn while_the_administrators_list_is_broken_nobody_is_signed_out() {
    let site = Site::start();
    let mia = &site.member;
    let setting = AgentSetting {
        settings: "refresh = '1s'",
        ..AgentSetting::default()
    };
    let agent = Agent::start(&site, &setting);
    agent.sign_in(mia).expect_success();
    agent
        .docker(mia, &["volume", "create", "before"])
        .expect_success();
    let since = agent.status()["people"][0]["until"].clone();
    agent.demand(Some(r#"{"allowedOrgs":["ac"#));
    agent
        .docker(mia, &["volume", "create", "between"])
        .expect_failure("cannot be used");
    // Over at least one look at what is new.
    std::thread::sleep(std::time::Duration::from_millis(2500));
    agent.demand(Some(r#"{"allowedOrgs":["acme"]}"#));
    agent
        .docker(mia, &["volume", "create", "after"])
        .expect_success();
    assert_eq!(agent.status()["people"][0]["until"], since);
    // Of another organization nobody is.
    agent.demand(Some(r#"{"allowedOrgs":["other"]}"#));
    eventually("she is signed out", || people(&agent) == 0);
}

#[test]
fn a_session_is_kept_for_its_own_server_alone() {
    let site = Site::start();
    let mut agent = Agent::start(&site, &AgentSetting::default());
    agent.sign_in(&site.member).expect_success();
    agent.restart();
    assert_eq!(people(&agent), 1, "kept over a restart");
    let server = site.gateway.public_url();
    let other = server.replace("127.0.0.1", "localhost");
    assert_ne!(server, other);
    let settings = agent.folder().join("agent.toml");
    let text = std::fs::read_to_string(&settings).expect("it is there");
    agent
        .folder()
        .write("agent.toml", text.replacen(&server, &other, 1));
    agent.restart();
    assert_eq!(people(&agent), 0, "another server gets no session to see");
}

#[test]
fn a_session_is_renewed_for_as_long_as_a_sign_in_may_last() {
    let site = Site::start_with(|setting| {
        setting
            .tables
            .push_str("[identity]\nsession_lifetime = '10s'\n");
    });
    let mia = &site.member;
    let setting = AgentSetting {
        settings: "refresh = '1s'\nsign_in_lasts = '30s'",
        ..AgentSetting::default()
    };
    let agent = Agent::start(&site, &setting);
    agent.sign_in(mia).expect_success();
    let until = || {
        let until = agent.status()["people"][0]["until"].clone();
        until.as_str().map(str::to_owned)
    };
    let first = until().expect("she is signed in");
    eventually("her session is another", || {
        until().is_some_and(|now| now > first)
    });
    eventually("the first one would have ended", || has_passed(&first));
    agent
        .docker(mia, &["volume", "create", "later"])
        .expect_success();
    eventually("she has to sign in again", || until().is_none());
    let outcome = agent.docker(mia, &["volume", "create", "too-late"]);
    outcome.expect_failure("Sign in required! Run: pullgate login");
}

/// Whether a moment (RFC 3339, UTC) is over, by the clock of this machine.
fn has_passed(moment: &str) -> bool {
    let now = pullgate_e2e::run(std::process::Command::new("date").args(["--utc", "+%FT%TZ"]));
    now.text().trim() > moment
}
