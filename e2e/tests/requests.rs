//! From a denial that a real client prints to the pull that then works, by
//! commands.

use std::process::Command;
use std::time::{Duration, Instant};

use pullgate_e2e::wire::ask;
use pullgate_e2e::{Client, Folder, Outcome, Person, Site, Skopeo, pullgate, run, run_with_input};

/// A machine from which the server can be reached only over the network, and
/// who sits there.
struct Laptop {
    folder: Folder,
}

impl Laptop {
    fn of(person: &Person, site: &Site) -> Self {
        let laptop = Self {
            folder: Folder::new("laptop"),
        };
        let server = site.gateway.public_url();
        let login = ["login", &server, "-u", &person.username, "--password-stdin"];
        let password = format!("a long passphrase of {}\n", person.username);
        run_with_input(&laptop.prepared(&login), &password).expect_success();
        laptop
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        run(&self.prepared(arguments))
    }

    fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = pullgate();
        command
            .args(arguments)
            .env("HOME", self.folder.join(""))
            .env_remove("XDG_CONFIG_HOME")
            .env("PULLGATE_DATA", self.folder.join("none"));
        command
    }
}

/// The link in what a client prints.
fn link(site: &Site, denied: &Outcome) -> String {
    let start = format!("{}/request?image=", site.gateway.public_url());
    let (_, after) = denied
        .text()
        .split_once(&start)
        .unwrap_or_else(|| panic!("no link in {}", denied.text()));
    let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\\'));
    format!("/request?image={}", &after[..end.unwrap_or(after.len())])
}

/// The identifier of the request for this repository in the owner's list.
fn open_request(owner: &Laptop, repository: &str) -> String {
    let list = owner
        .run(&["request", "list", "acme", "--format", "json"])
        .expect_json();
    let requests = list.as_array().map_or(&[][..], Vec::as_slice);
    let request = requests.iter().find(|it| it["repository"] == repository);
    let id = request.and_then(|request| request["id"].as_str());
    id.unwrap_or_else(|| panic!("{repository} is not in {list}"))
        .to_owned()
}

fn manifest(site: &Site, person: &Person, path: &str) -> u16 {
    ask("GET", &format!("/v2/{path}/manifests/1"))
        .bearer(&site.bearer(Some(person)))
        .header("accept", site.image(path).manifest.media_type)
        .to(site.gateway.port())
        .status
}

#[test]
fn a_denied_person_follows_the_link_asks_and_pulls_until_the_exception_ends() {
    let site = Site::start();
    let nina = site.newcomer("nina");
    site.gateway
        .command(&["member", "add", "acme", "nina"])
        .expect_success();
    let skopeo = Skopeo::new(&site);
    for person in [&site.member, &nina] {
        skopeo.sign_in(person).expect_success();
    }
    let pull = |person: &Person| skopeo.pull(Some(person), "evil/miner:1");
    let denied = pull(&site.member);
    denied.expect_failure(&site.community("evil/miner"));

    // Who follows the link in a browser signs in and comes back to it (that
    // story is told in `browser/`); in a terminal, there are commands.
    let page = ask("GET", &link(&site, &denied)).to(site.gateway.control());
    assert_eq!(page.status, 303);
    assert_eq!(
        page.header("location"),
        Some("/sign-in?next=/request%3Fimage=evil/miner")
    );
    let (mias, olivias) = (
        Laptop::of(&site.member, &site),
        Laptop::of(&site.owner, &site),
    );
    // By the name that the client printed.
    let through = format!("127.0.0.1:{}/evil/miner:1", site.gateway.port());
    mias.run(&["request", "access", &through, "--reason", "a test"])
        .expect_success();
    pull(&site.member).expect_failure(&site.community("evil/miner"));

    let id = open_request(&olivias, "docker.io/evil/miner");
    let approve = ["request", "approve", "acme", &id, "--until", "1h"];
    mias.run(&approve).expect_failure("only an owner of acme");
    olivias.run(&approve).expect_success();
    pull(&site.member).expect_success();
    assert_eq!(skopeo.holds("evil/miner:1"), "evil/miner:1");
    pull(&nina).expect_failure(&site.community("evil/miner"));

    let list = site.gateway.command(&["exception", "list", "acme"]);
    let line = list
        .expect_success()
        .lines()
        .find(|line| line.contains("evil/miner"));
    let exception = line
        .and_then(|line| line.split_whitespace().next())
        .expect("it is listed");
    site.gateway
        .command(&["exception", "end", "acme", exception])
        .expect_success();
    pull(&site.member).expect_failure(&site.community("evil/miner"));

    let history = site.gateway.command(&["policy", "history", "acme"]);
    for told in ["request approved", "exception ended"] {
        assert!(
            history.expect_success().contains(told),
            "{told}: {}",
            history.text()
        );
    }
}

#[test]
fn an_exception_ends_by_itself() {
    let site = Site::start();
    let (mias, olivias) = (
        Laptop::of(&site.member, &site),
        Laptop::of(&site.owner, &site),
    );
    mias.run(&["request", "access", "evil/miner", "--reason", "a test"])
        .expect_success();
    let id = open_request(&olivias, "docker.io/evil/miner");
    olivias
        .run(&["request", "approve", "acme", &id, "--until", "20s"])
        .expect_success();
    assert_eq!(manifest(&site, &site.member, "evil/miner"), 200);
    let deadline = Instant::now() + Duration::from_mins(1);
    while manifest(&site, &site.member, "evil/miner") != 403 {
        assert!(Instant::now() < deadline, "it goes on");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_closed_registry_is_no_matter_of_requests() {
    let site = Site::start();
    let skopeo = Skopeo::new(&site);
    skopeo.sign_in(&site.member).expect_success();
    let (mias, olivias) = (
        Laptop::of(&site.member, &site),
        Laptop::of(&site.owner, &site),
    );
    mias.run(&["request", "access", "evil/miner", "--reason", "a test"])
        .expect_success();
    let id = open_request(&olivias, "docker.io/evil/miner");
    site.set_policy(&["--ram", "on", "--docker-hub", "restricted"]);
    let denied = skopeo.pull(Some(&site.member), "evil/miner:1");
    denied.expect_failure("Ask an owner to allow the registry.");
    assert!(!denied.text().contains("/request"), "{}", denied.text());
    let closed = "Registry Access Management of acme does not allow the registry docker.io";
    mias.run(&["request", "access", "bitnami/tool", "--reason", "a test"])
        .expect_failure(closed);
    let approve = ["request", "approve", "acme", &id, "--until", "1h"];
    olivias.run(&approve).expect_failure(closed);
    site.set_policy(&["--docker-hub", "allowed"]);
    olivias.run(&approve).expect_success();
    skopeo
        .pull(Some(&site.member), "evil/miner:1")
        .expect_success();
}
