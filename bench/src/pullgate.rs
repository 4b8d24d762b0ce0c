//! Pullgate with an organization whose policy is on, and a member of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::failure::Failure;
use crate::http::{Connection, Request};
use crate::process::{Ending, Process};
use crate::programs::Programs;
use crate::server::Server;
use crate::stock::{REPOSITORY, TAG};

/// An image that the policy does not allow: nobody knows who its publisher is.
const COMMUNITY: &str = "/v2/somebody/app/manifests/latest";

/// The log is written twice a second.
const UNTIL_RECORDED: Duration = Duration::from_secs(2);

/// A member of the organization, bound by its policy.
pub(crate) struct Member {
    pullgate: PathBuf,
    configuration: PathBuf,
    password: String,
}

/// Starts it with its files in that folder.
pub(crate) fn start(
    programs: &Programs,
    folder: &Path,
    port: u16,
    upstream: u16,
) -> Result<(Process, Member), Failure> {
    let configuration = folder.join("pullgate.toml");
    fs::write(&configuration, text(folder, port, upstream))
        .map_err(Failure::file("write", &configuration))?;
    let member = Member {
        pullgate: programs.pullgate.clone(),
        configuration,
        password: password()?,
    };
    member.set_up()?;
    let path = member.configuration.display().to_string();
    let process = Process::start(
        "Pullgate",
        &programs.pullgate,
        &["--config", &path, "serve"],
        folder,
        port,
        Ending::Kill,
    )?;
    Ok((process, member))
}

/// Everything else is as it is by default. Nobody answers for Docker Hub's
/// API: an official image needs no badge.
fn text(folder: &Path, port: u16, upstream: u16) -> String {
    format!(
        r#"data = "{}/data"
[gateway]
listen = "127.0.0.1:{port}"
[control]
listen = "127.0.0.1:0"
[operations]
listen = "127.0.0.1:0"
[hub]
url = "http://127.0.0.1:{upstream}"
[[upstreams]]
registry = "docker.io"
url = "http://127.0.0.1:{upstream}"
proxy = "none"
"#,
        folder.display()
    )
}

fn password() -> Result<String, Failure> {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Failure::program("the random generator", "it gave nothing"))?;
    Ok(BASE64_STANDARD.encode(bytes))
}

impl Member {
    fn set_up(&self) -> Result<(), Failure> {
        let commands: [&[&str]; 5] = [
            &["user", "create", "olga", "--password-stdin"],
            &["user", "create", "mia", "--password-stdin"],
            &["org", "create", "acme", "--owner", "olga"],
            &["member", "add", "acme", "mia"],
            &[
                "policy",
                "set",
                "acme",
                "--iam",
                "on",
                "--official",
                "allowed",
            ],
        ];
        for command in commands {
            self.run(command)?;
        }
        Ok(())
    }

    /// Runs a command, and gives what it prints.
    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let failed = Failure::file("run", &self.pullgate);
        let run = || {
            let mut child = Command::new(&self.pullgate)
                .arg("--config")
                .arg(&self.configuration)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                // Most commands end without reading it.
                let _ = writeln!(stdin, "{}", self.password);
            }
            child.wait_with_output()
        };
        let output = run().map_err(failed)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(Failure::program(
            format!("pullgate {}", arguments.join(" ")),
            errors,
        ))
    }

    /// Gets a bearer token by name and password, as Docker's clients do.
    pub(crate) fn sign_in(&self, server: &Server) -> Result<String, Failure> {
        let path = format!("/token?service=pullgate&scope=repository:{REPOSITORY}:pull");
        let wrong = |error| server.wrong(&path, &error);
        let basic = BASE64_STANDARD.encode(format!("mia:{}", self.password));
        let authorization = format!("Basic {basic}");
        let request = Request {
            path: &path,
            accept: None,
            authorization: Some(&authorization),
        };
        let mut connection = Connection::open(server.port).map_err(wrong)?;
        let head = connection.get(&request).map_err(wrong)?;
        let mut body = Vec::new();
        connection
            .read_body(head.length.unwrap_or(0), |piece| {
                body.extend_from_slice(piece);
            })
            .map_err(wrong)?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        match (head.status, answer["token"].as_str()) {
            (200, Some(token)) => Ok(format!("Bearer {token}")),
            (status, _) => Err(server.wrong(&path, &format!("status {status}"))),
        }
    }

    /// That it asks who somebody is, that its policy is on, and that it has
    /// recorded as many decisions as it has answered requests. Gives their
    /// number.
    pub(crate) fn prove_that_it_decided(
        &self,
        server: &Server,
        requests: u64,
    ) -> Result<u64, Failure> {
        let official = format!("/v2/{REPOSITORY}/manifests/{TAG}");
        let token = self.sign_in(server)?;
        for (path, authorization, expected) in [
            (&*official, None, 401),
            (&*official, Some(&*token), 200),
            (COMMUNITY, Some(&*token), 403),
        ] {
            let request = Request {
                path,
                accept: None,
                authorization,
            };
            let head = Connection::open(server.port)
                .and_then(|mut connection| connection.get(&request))
                .map_err(|error| server.wrong(path, &error))?;
            if head.status != expected {
                let found = format!("status {}, and not {expected}", head.status);
                return Err(server.wrong(path, &found));
            }
        }
        thread::sleep(UNTIL_RECORDED);
        let recorded = self.recorded()?;
        if recorded < requests {
            let reason = format!("{recorded} decisions are recorded of {requests} requests");
            return Err(Failure::program("Pullgate", reason));
        }
        Ok(recorded)
    }

    /// How many decisions there are. One line stands for several that are
    /// alike.
    fn recorded(&self) -> Result<u64, Failure> {
        let text = self.run(&["decisions", "acme", "--format", "json", "--limit", "100000"])?;
        let lines: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::program("pullgate decisions", error.to_string()))?;
        let counts = lines.as_array().into_iter().flatten();
        Ok(counts.filter_map(|line| line["count"].as_u64()).sum())
    }
}
