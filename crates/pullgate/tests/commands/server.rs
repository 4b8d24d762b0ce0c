//! Commands beside and against a server that runs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::site::{Site, finish, password_of, plain};

/// A server on a site; ended when this is dropped.
pub(crate) struct Server {
    process: Child,
    gateway: String,
    pub(crate) control: String,
}

impl Server {
    pub(crate) fn start(site: &Site) -> Self {
        Self::run(
            site.command(
                "serve --gateway 127.0.0.1:0 --control 127.0.0.1:0 --operations 127.0.0.1:0",
            ),
        )
    }

    /// Runs a command that serves, and waits until it does.
    fn run(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        loop {
            let start = said.len();
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "no server: {said}");
            if said[start..].contains("pullgate is ready") {
                break;
            }
        }
        let address = |name: &str| {
            let after = said.split(&format!("{name}=")).nth(1).unwrap();
            let address = after.split_whitespace().next().unwrap();
            address.trim_matches('"').to_owned()
        };
        let (gateway, control) = (address("gateway"), address("control"));
        // Read on, so that the server never waits for somebody to.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self {
            process,
            gateway,
            control,
        }
    }

    /// Ends it as an administrator does, and waits for that.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        let told = std::process::Command::new("kill").arg(id).status().unwrap();
        assert!(told.success());
        assert!(self.process.wait().unwrap().success());
    }

    /// What the gateway answers, as text.
    fn pull(&self, path: &str, authorization: &str) -> String {
        use std::io::{Read, Write};

        let address = self.gateway.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: test\r\n\
             Authorization: {authorization}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A place from which the site can be reached only over the network.
pub(crate) fn laptop() -> Site {
    let site = Site::new();
    std::fs::write(site.path("pullgate.toml"), "").unwrap();
    site
}

pub(crate) fn login(laptop: &Site, server: &Server, user: &str) {
    let line = format!("login {} -u {user} --password-stdin", server.control);
    let done = laptop.typing(&line, &password_of(user));
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        plain(&done.out),
        format!(
            "Signed in to {} as {user}, until DATE UTC.\n",
            server.control
        )
    );
}

#[test]
fn mia_signs_in_asks_and_signs_out() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    site.ok("team create acme data");
    site.ok("team add acme data mia");
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "mia");
    assert_eq!(
        plain(&laptop.ok("whoami")),
        format!(
            "server   {}
user     mia
session  until DATE UTC

ORGANIZATION  ROLE    TEAMS
acme          member  data
",
            server.control
        )
    );

    let done = laptop.run("explain nginx");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("\nas            mia\n"), "{done:?}");
    let done = laptop.run("explain ghcr.io/evil/miner --format json");
    assert_eq!(done.code, 1, "{done:?}");
    let answer: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(answer["outcome"], "denied");

    // A member asks for nobody else; an owner does.
    let done = laptop.run("explain nginx --as olga");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("members of an organization that you own"),
        "{done:?}"
    );
    login(&laptop, &server, "olga");
    assert_eq!(laptop.run("explain ghcr.io/evil/miner --as mia").code, 1);

    assert_eq!(
        laptop.ok("logout"),
        format!("Signed out of {} on this machine.\n", server.control)
    );
    assert_eq!(
        laptop.ok("logout"),
        "You had not signed in; nothing was changed.\n"
    );
    assert_eq!(laptop.run("whoami").code, 3);
    let done = laptop.run("explain nginx");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("pullgate login SERVER"), "{done:?}");
}

#[test]
fn a_change_holds_when_its_command_returns() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "mia");
    for _ in 0..3 {
        site.ok("policy set acme --official restricted");
        assert_eq!(laptop.run("explain nginx").code, 1);
        site.ok("policy set acme --official allowed");
        assert_eq!(laptop.run("explain nginx").code, 0);
    }
    site.ok("user disable mia");
    let done = laptop.run("whoami");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("pullgate login"), "{done:?}");
}

#[test]
fn what_was_imported_is_known_when_its_command_returns() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "mia");
    assert_eq!(laptop.run("explain bitnami/nginx").code, 1);
    let now = jiff::Timestamp::now();
    let document = serde_json::json!({
        "version": 1,
        "exported_at": now,
        "namespaces": [{"namespace": "bitnami", "badge": "verified_publisher", "learnt_at": now}],
    });
    let done = site.typing("catalog import -", &document.to_string());
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(laptop.run("explain bitnami/nginx").code, 0);
}

#[test]
fn a_pull_is_in_the_decisions() {
    use base64::Engine;

    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let basic = format!("mia:{}", password_of("mia"));
    let basic = base64::prelude::BASE64_STANDARD.encode(basic);
    let answer = server.pull(
        "/token?scope=repository:evil/miner:pull",
        &format!("Basic {basic}"),
    );
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let body = body.get(body.find('{').unwrap()..=body.rfind('}').unwrap());
    let token: serde_json::Value = serde_json::from_str(body.unwrap()).unwrap();
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let answer = server.pull("/v2/evil/miner/manifests/1.0", &bearer);
    assert!(answer.starts_with("HTTP/1.1 403 pull denied: "), "{answer}");
    // An owner tries a change out, from another machine; who is none may not.
    let laptop = laptop();
    login(&laptop, &server, "olga");
    let preview = "policy preview acme --mode monitor --format json";
    let impact = || -> serde_json::Value { serde_json::from_str(&laptop.ok(preview)).unwrap() };
    // A decision is written within a second.
    while impact()["replayed"] == 0 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let allowed = &impact()["newly_allowed"];
    assert_eq!(
        allowed["repositories"]["results"][0]["repository"],
        "docker.io/evil/miner"
    );
    login(&laptop, &server, "mia");
    let done = laptop.run(preview);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("only an owner of acme"), "{done:?}");
    // What has been decided is written before the server ends.
    server.stop();

    // The same with the database, to be read.
    assert_eq!(
        plain(&site.ok("policy preview acme --mode monitor --since 2h")),
        "\
1 decision of acme from DATE to DATE UTC, by its policy of now and with the change:

                      ALLOWED  MONITORED  DENIED
as it was recorded    0        0          1
by the policy of now  0        0          1
with the change       0        1          0

Newly denied: nothing.

Newly allowed: 1 decision, the last DATE.

WHO  DECISIONS  LAST              IMAGE
1    1          DATE  docker.io/evil/miner (community)

IMAGES  DECISIONS  LAST              WHO
1       1          DATE  mia

Newly monitored: nothing.
"
    );
    let done = site.run("policy preview acme --since 2h");
    assert_eq!(done.code, 2, "a change has to be said: {done:?}");
    let done = site.run("policy preview acme --allow 'docker.io/evil/*' --disallow docker.io/a/b");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("docker.io/a/b is not on the allowlist"),
        "{done:?}"
    );

    assert_eq!(
        plain(&site.ok("decisions acme --user mia --outcome denied")),
        "WHEN              WHO  OUTCOME  RULE       IMAGE\n\
         DATE  mia  denied   community  docker.io/evil/miner:1.0\n"
    );
    assert_eq!(site.ok("decisions acme --outcome allowed"), "");
    assert_eq!(site.ok("decisions --user olga"), "");
    let decisions = site.ok("decisions --format json");
    let decisions: serde_json::Value = serde_json::from_str(&decisions).unwrap();
    let decision = &decisions[0];
    for (field, expected) in [
        ("subject", "person:mia"),
        ("organization", "acme"),
        ("client", "test"),
        ("address", "127.0.0.1"),
        ("action", "manifest"),
        ("repository", "docker.io/evil/miner"),
        ("reference", "1.0"),
        ("category", "community"),
        ("rule", "community"),
        ("outcome", "denied"),
    ] {
        assert_eq!(decision[field], expected, "{field} of {decision}");
    }
}

#[test]
fn a_session_is_kept_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;

    let site = Site::of_acme();
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "mia");
    let file = laptop.path(".config/pullgate/login.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(!kept.to_string().contains(&password_of("mia")));
    let token = kept["token"].as_str().unwrap();
    for line in ["-vv whoami", "-vv explain nginx"] {
        let done = laptop.run(line);
        assert!(
            !done.out.contains(token) && !done.err.contains(token),
            "{line}"
        );
    }

    std::fs::write(&file, "{\"token\": \"hunter2\"}").unwrap();
    let done = laptop.run("whoami");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("pullgate login") && !done.err.contains("hunter2"),
        "{done:?}"
    );
}

#[test]
fn a_wrong_password_and_a_wrong_server_are_told_apart() {
    let site = Site::of_acme();
    let server = Server::start(&site);
    let laptop = laptop();
    let line = format!("login {} -u mia --password-stdin", server.control);
    let done = laptop.typing(&line, "wrong horse battery");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("is wrong"), "{done:?}");
    assert!(!laptop.path(".config/pullgate/login.json").exists());

    let done = laptop.typing("login http://127.0.0.1:9 -u mia --password-stdin", "x");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("cannot be reached"), "{done:?}");
}

#[test]
fn the_environment_is_above_the_file_and_the_command_line_above_both() {
    const REST: &str = "--control 127.0.0.1:0 --operations 127.0.0.1:0";
    let site = Site::new();
    // An address that somebody else has: whoever listens there cannot.
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let file = format!(
        "data = '{}'\n[gateway]\nlisten = '{taken}'\n[hub]\nurl = 'http://127.0.0.1:9'\n",
        site.path("of-the-file").display()
    );
    std::fs::write(site.path("pullgate.toml"), file).unwrap();
    let serve = |more: &str| site.command(&format!("serve {REST} {more}"));

    let done = finish(serve(""), "");
    assert_ne!(done.code, 0, "{done:?}");
    assert!(
        done.err.contains(&format!("cannot listen on {taken}")),
        "{done:?}"
    );

    let mut by_environment = serve("");
    by_environment.env("PULLGATE_GATEWAY", "127.0.0.1:0");
    Server::run(by_environment).stop();

    let mut by_command_line = serve("--gateway 127.0.0.1:0");
    by_command_line.env("PULLGATE_GATEWAY", &taken);
    Server::run(by_command_line).stop();

    // PULLGATE_DATA is what these tests always set.
    assert!(site.path("data/pullgate.db").exists());
    assert!(!site.path("of-the-file").exists());
    let mut by_file = serve("--gateway 127.0.0.1:0");
    by_file.env_remove("PULLGATE_DATA");
    Server::run(by_file).stop();
    assert!(site.path("of-the-file/pullgate.db").exists());
}
