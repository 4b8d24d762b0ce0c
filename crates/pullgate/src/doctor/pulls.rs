//! Pulling, with every client that is here, what the policy denies.
//!
//! A way around that nobody has thought of shows here: what counts is whether
//! the image came. Nothing that was pulled is run, and what was not there
//! before is removed again.

mod clients;

use std::process::Stdio;
use std::time::Duration;

use pullgate_machine::doctor::{Finding, Gateway};
use pullgate_reference::{Reference, Target};
use serde::Serialize;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::output::one_line;
use clients::{CLIENTS, Trial};

/// How long a pull may take. Some clients try several times.
const PATIENCE: Duration = Duration::from_mins(2);

/// How much of what a client says is shown.
const SHOWN: usize = 700;

/// A pull that was tried.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Tried {
    client: &'static str,
    image: String,
    outcome: Outcome,
    /// What its user would have read.
    read: String,
}

/// What became of a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Pullgate stopped it, and said why.
    Stopped,
    /// The client had no other way to a registry.
    NoWay,
    /// It failed, and not because Pullgate stopped it.
    Failed,
    /// The image came.
    Pulled,
}

/// Tries with every client that is here. They are tried at once: where egress
/// is blocked, each waits for as long as it does.
pub(super) async fn try_all(image: &Reference, gateway: Option<&Gateway>) -> Vec<Tried> {
    let direct = full_name(image);
    let mut running = JoinSet::new();
    for trial in CLIENTS {
        let by_gateway = gateway.filter(|_| trial.names_gateway);
        let through = by_gateway.map(|gateway| {
            let name = direct.strip_prefix("docker.io/").unwrap_or(&direct);
            format!("{}/{name}", gateway.address())
        });
        for image in [Some(direct.clone()), through].into_iter().flatten() {
            running.spawn(async move {
                if !trial.is_here().await {
                    return None;
                }
                Some(attempt(trial, image).await)
            });
        }
    }
    let mut tried: Vec<Tried> = running.join_all().await.into_iter().flatten().collect();
    tried.sort_by(|one, other| (one.client, &one.image).cmp(&(other.client, &other.image)));
    tried
}

/// The name in full, as every client takes it.
pub(super) fn full_name(image: &Reference) -> String {
    let repository = image.repository();
    match image.target() {
        Target::Tag(tag) => format!("{repository}:{tag}"),
        Target::Digest(digest) => format!("{repository}@{digest}"),
    }
}

async fn attempt(trial: &'static Trial, image: String) -> Tried {
    let was_held = match trial.held {
        Some(arguments) => run(trial, arguments, &image).await.succeeded,
        None => false,
    };
    let done = run(trial, trial.pull, &image).await;
    if done.succeeded && !was_held && !trial.remove.is_empty() {
        // It may be used by now; then it stays.
        run(trial, trial.remove, &image).await;
    }
    Tried {
        client: trial.name,
        image,
        outcome: judge(&done),
        read: telling(&done.text),
    }
}

/// What came out of a command.
struct Done {
    succeeded: bool,
    text: String,
}

async fn run(trial: &Trial, arguments: &[&str], image: &str) -> Done {
    let arguments = arguments
        .iter()
        .map(|argument| argument.replace("IMAGE", image));
    let mut command = Command::new(trial.program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    match timeout(PATIENCE, command.output()).await {
        Err(_) => Done {
            succeeded: false,
            text: format!("no answer after {} seconds", PATIENCE.as_secs()),
        },
        Ok(Err(error)) => Done {
            succeeded: false,
            text: error.to_string(),
        },
        Ok(Ok(output)) => {
            let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.push_str(&String::from_utf8_lossy(&output.stderr));
            Done {
                succeeded: output.status.success(),
                text,
            }
        }
    }
}

fn judge(done: &Done) -> Outcome {
    const STOPPED: [&str; 3] = [
        "pull denied: ",
        "Sign in required",
        "authorization denied by plugin pullgate",
    ];
    // What client-config docker --close-direct gives dockerd.
    const NO_WAY: [&str; 2] = ["proxyconnect", "127.0.0.1:9:"];
    if done.succeeded {
        Outcome::Pulled
    } else if STOPPED.iter().any(|words| done.text.contains(words)) {
        Outcome::Stopped
    } else if NO_WAY.iter().all(|words| done.text.contains(words)) {
        Outcome::NoWay
    } else {
        Outcome::Failed
    }
}

/// The line that tells most: the one with a denial in it, else the last.
fn telling(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let denial = lines().rfind(|line| line.contains("denied"));
    let line = denial.or_else(|| lines().next_back()).unwrap_or_default();
    one_line(line).chars().take(SHOWN).collect()
}

impl Tried {
    /// What it comes to.
    pub(super) fn finding(&self) -> Finding {
        let Self {
            client,
            image,
            read,
            ..
        } = self;
        let subject = format!("{client}: {image}");
        match self.outcome {
            Outcome::Stopped => Finding::holds(
                "pull-stopped",
                subject,
                format!("The pull was stopped. Its user reads: {read}"),
            ),
            Outcome::NoWay => Finding::holds(
                "pull-without-way",
                subject,
                format!("The client reaches no registry but the gateway. Its user reads: {read}"),
            ),
            Outcome::Failed => Finding::unknown(
                "pull-failed",
                subject,
                format!(
                    "The pull failed, and not because Pullgate stopped it: another day it may go \
                     through. Its user reads: {read}"
                ),
                format!(
                    "Point the client at the gateway (pullgate client-config), and sign in with it \
                     ({client} login)."
                ),
            ),
            Outcome::Pulled => Finding::open(
                "pull-went-through",
                subject,
                format!("The image came, although the policy denies it. Its user reads: {read}"),
                "Point the client at the gateway (pullgate client-config), and block egress from \
                 this machine to other registries.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(succeeded: bool, text: &str) -> Outcome {
        judge(&Done {
            succeeded,
            text: text.to_owned(),
        })
    }

    #[test]
    fn each_end_of_a_pull_is_told_from_the_others() {
        let denied = "Error response from daemon: pull access denied for evil/miner: denied: \
                      pull denied: docker.io/evil/miner is a community image";
        assert_eq!(judged(false, denied), Outcome::Stopped);
        let plugin = "Error response from daemon: authorization denied by plugin pullgate: Sign \
                      in required! Run: pullgate login";
        assert_eq!(judged(false, plugin), Outcome::Stopped);
        let proxy = "Get \"https://registry-1.docker.io/v2/\": proxyconnect tcp: dial tcp \
                     127.0.0.1:9: connect: connection refused";
        assert_eq!(judged(false, proxy), Outcome::NoWay);
        let other = "dial tcp: lookup registry-1.docker.io: no such host";
        assert_eq!(judged(false, other), Outcome::Failed);
        assert_eq!(judged(true, denied), Outcome::Pulled);
    }

    #[test]
    fn the_line_that_tells_most_is_shown() {
        let text = "Trying to pull\n  denied: pull denied: x\u{1b}[2J\n\nexit 125\n";
        assert_eq!(telling(text), "denied: pull denied: x [2J");
        assert_eq!(telling("one\ntwo\n\n"), "two");
        assert_eq!(telling(""), "");
    }

    #[test]
    fn an_image_is_named_in_full() {
        for (typed, full) in [
            ("evil/miner", "docker.io/evil/miner:latest"),
            ("nginx:1", "docker.io/library/nginx:1"),
            ("ghcr.io/a/b:2", "ghcr.io/a/b:2"),
        ] {
            assert_eq!(full_name(&typed.parse().unwrap()), full);
        }
    }
}
