//! The first minutes with Pullgate: a server that nobody has set up lets
//! nobody in, and `pullgate demo` shows the main job and cleans up.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic that says what went wrong"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use pullgate_e2e::wire::{Answer, ask};
use pullgate_e2e::{Folder, Gateway, Hub, Setting, pullgate};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// How long anything here may take; a hundred times what it takes.
const PATIENCE: Duration = Duration::from_mins(2);

fn token(port: u16, username: &str, password: &str) -> Answer {
    ask("GET", "/token?service=pullgate")
        .basic(username, password)
        .to(port)
}

fn login(port: u16, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    ask("POST", "/v2/users/login")
        .body("application/json", body.to_string().as_bytes())
        .to(port)
}

#[test]
fn a_fresh_server_has_no_default_account() {
    let hub = Hub::start();
    let gateway = Gateway::start(&Setting {
        hub: hub.url(),
        upstreams: vec![("docker.io".to_owned(), "http://127.0.0.1:9".to_owned())],
        ..Setting::default()
    });
    for (username, password) in [
        ("admin", "admin"),
        ("admin", "password"),
        ("admin", "Harbor12345"),
        ("admin", ""),
        ("administrator", "administrator"),
        ("root", "root"),
        ("root", ""),
        ("pullgate", "pullgate"),
        ("pullgate", "admin"),
        ("olivia", "olivia"),
        ("mia", "mia"),
    ] {
        let answer = token(gateway.port(), username, password);
        let what = format!("{username}/{password}: {}", answer.text());
        assert_eq!(answer.status, 401, "/token: {what}");
        assert!(!answer.text().contains("access_token"), "{what}");
        let answer = login(gateway.control(), username, password);
        let what = format!("{username}/{password}: {}", answer.text());
        assert_eq!(answer.status, 401, "/v2/users/login: {what}");
    }
    let anybody = ask("GET", "/token?service=pullgate").to(gateway.port());
    let anybody = anybody.json()["token"].as_str().unwrap().to_owned();
    let pull = ask("GET", "/v2/library/hello/manifests/latest")
        .bearer(&anybody)
        .to(gateway.port());
    assert_eq!(pull.status, 403, "{}", pull.text());

    // It was not that nobody at all can sign in.
    gateway
        .command_with_input(
            &["user", "create", "admin", "--password-stdin"],
            "a password of my own\n",
        )
        .expect_success();
    let mine = token(gateway.port(), "admin", "a password of my own");
    assert_eq!(mine.status, 200, "{}", mine.text());
    let mine = login(gateway.control(), "admin", "a password of my own");
    assert_eq!(mine.status, 200, "{}", mine.text());
}

/// `pullgate demo` in a terminal of its own.
struct Demo {
    process: Child,
    printed: PathBuf,
    temporary: PathBuf,
    _folder: Folder,
}

impl Demo {
    fn start() -> Self {
        let folder = Folder::new("demo");
        let temporary = folder.subfolder("tmp");
        let printed = folder.join("printed");
        let output = fs::File::create(&printed).unwrap();
        let demo = pullgate();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]);
        command.arg(demo.get_program());
        for (name, value) in demo.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let process = command
            .args(["demo", "--gateway", "127.0.0.1:0"])
            .env("TMPDIR", &temporary)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            process,
            printed,
            temporary,
            _folder: folder,
        }
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.printed).unwrap()
    }

    /// What it has left in the folder for temporary files.
    fn left(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.temporary).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn wait_until_printed(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.text().contains(text) {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "it has ended: {}", self.text());
            assert!(Instant::now() < deadline, "never {text:?}: {}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn interrupt(&mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end: {}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The password that is printed for somebody.
    fn password(&self, username: &str) -> String {
        let text = self.text();
        let (_, by_hand) = text.split_once("Try it by hand").unwrap();
        by_hand
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find_map(|words| match words.as_slice() {
                [_, name, password] if *name == username => Some((*password).to_owned()),
                _ => None,
            })
            .unwrap_or_else(|| panic!("no password for {username}: {text}"))
    }

    fn port(&self) -> u16 {
        let text = self.text();
        let (_, after) = text.split_once("Pullgate at http://127.0.0.1:").unwrap();
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap();
        after[..end].parse().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_demo_can_be_tried_by_hand_and_ends_without_a_trace() {
    let mut demo = Demo::start();
    demo.wait_until_printed("Ctrl-C ends the demo");
    assert!(
        demo.text().contains("outcomes are as the policy says"),
        "{}",
        demo.text()
    );
    assert!(demo.text().contains("Try it by hand"), "{}", demo.text());
    assert!(!demo.left().is_empty(), "TMPDIR is not where it works");

    let port = demo.port();
    let password = demo.password("mia");
    let wrong = token(port, "mia", "guessed");
    assert_eq!(wrong.status, 401, "{}", wrong.text());
    let right = token(port, "mia", &password);
    assert_eq!(right.status, 200, "{}", right.text());
    let bearer = right.json()["token"].as_str().unwrap().to_owned();
    let pull = |target: &str| ask("GET", target).bearer(&bearer).to(port);

    let hello = pull("/v2/library/hello/manifests/latest");
    assert_eq!(hello.status, 200, "{}", hello.text());
    let layer = hello.json()["layers"][0]["digest"]
        .as_str()
        .expect("an image has a layer")
        .to_owned();
    let layer = pull(&format!("/v2/library/hello/blobs/{layer}"));
    assert_eq!(layer.status, 200, "{}", layer.text());
    assert!(!layer.body.is_empty());

    let miner = pull("/v2/evil/miner/manifests/latest");
    assert_eq!(miner.status, 403, "{}", miner.text());
    let sentence = "pull denied: docker.io/evil/miner is a community image, \
                    and community images are restricted by acme. \
                    Ask an owner, or request access: http://127.0.0.1:";
    assert!(miner.reason.starts_with(sentence), "{}", miner.reason);
    let message = miner.json()["errors"][0]["message"].clone();
    assert_eq!(message, miner.reason);

    let status = demo.interrupt();
    assert_eq!(status.code(), Some(0), "{status}: {}", demo.text());
    assert_eq!(demo.left(), Vec::<PathBuf>::new());
    assert!(
        ask("GET", "/v2/").send(port).is_err(),
        "something still listens"
    );
}
