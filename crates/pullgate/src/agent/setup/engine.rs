//! Whether the Engine asks the agent: the only word for it is that a call is
//! asked about. What the Engine tells of itself is not enough: 20.10 reads its
//! plugins anew and goes on telling those of its start.

use std::path::Path;
use std::time::{Duration, Instant};

use pullgate_agent::Settings;
use pullgate_agent::local::{self, Heard, Said};
use reqwest::Client;

use crate::failure::Failure;
use crate::output;

/// How long the Engine may take to read its configuration.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long it may take to answer a call.
const CALL: Duration = Duration::from_secs(5);

/// How long until it is looked again.
const PAUSE: Duration = Duration::from_millis(100);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// That it asks.
    Begins,
    /// That it no longer does.
    Ends,
}

/// Waits until the Engine has read its configuration.
pub(super) async fn wait(settings: &Settings, asking: Asking) -> Result<(), Failure> {
    let engine = Client::builder()
        .unix_socket(settings.engine.as_path())
        .no_proxy()
        .timeout(CALL)
        .build()
        .map_err(|error| Failure::new(format!("the Docker Engine cannot be asked: {error}")))?;
    let end = Instant::now() + PATIENCE;
    loop {
        let asks = asks(&engine, &settings.login_socket).await;
        match (&asks, asking) {
            (Ok(true), Asking::Begins) | (Ok(false), Asking::Ends) => return Ok(()),
            // An agent that is gone is asked nothing.
            (Err(Silent::Agent), Asking::Ends) => {
                output::note("The agent does not answer; it is taken away all the same.");
                return Ok(());
            }
            _ => {}
        }
        if Instant::now() >= end {
            return Err(failure(&asks, asking));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Who has not answered.
enum Silent {
    Agent,
    Engine,
}

/// Whether the Engine asks about a harmless call.
async fn asks(engine: &Client, agent: &Path) -> Result<bool, Silent> {
    let before = asked(agent).await?;
    let call = engine.get("http://engine/_ping").send();
    call.await.map_err(|_| Silent::Engine)?;
    Ok(asked(agent).await? > before)
}

/// How many calls it has asked about so far.
async fn asked(agent: &Path) -> Result<u64, Silent> {
    match local::say(agent, &Said::Status).await {
        Ok(Some(Heard::Status(status))) => Ok(status.asked),
        _ => Err(Silent::Agent),
    }
}

fn failure(last: &Result<bool, Silent>, asking: Asking) -> Failure {
    let what = match (last, asking) {
        (Err(Silent::Agent), _) => "the agent does not answer",
        (Err(Silent::Engine), _) => "the Docker Engine does not answer",
        (Ok(_), Asking::Begins) => "the Docker Engine was told to ask the agent, and does not",
        (Ok(_), Asking::Ends) => {
            "the Docker Engine goes on asking the agent, so the agent is not taken away"
        }
    };
    let hint = match asking {
        Asking::Begins => {
            "see why with: journalctl -u docker -u pullgate-agent; to go back: pullgate agent setup --undo"
        }
        Asking::Ends => {
            "look for authorization-plugin in the command line of dockerd, restart it and run this again"
        }
    };
    Failure::new(what).hint(hint)
}
