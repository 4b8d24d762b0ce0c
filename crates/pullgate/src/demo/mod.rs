//! `pullgate demo`: the main job, on a machine with nothing prepared.
//!
//! Stand-ins for Docker Hub's registry and for its API, a real Pullgate in
//! front of them, and three people who pull five images.

mod hub;
mod images;
mod people;
mod pull;
mod registry;
mod report;
mod stage;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::server::EndSignals;
use stage::{Scene, Stage};

/// Show the main job: an owner, a member and a stranger pull five images.
///
/// Starts a registry and a stand-in for Docker Hub's API on loopback, and
/// Pullgate in front of them, all in a temporary folder. Needs nothing and
/// leaves nothing behind.
#[derive(Debug, Args)]
pub(crate) struct DemoCommand {
    /// End after the table: with 0 if every outcome was as the policy says,
    /// else with 1.
    #[arg(long)]
    once: bool,

    /// Where the gateway listens. Default: port 5000 of this machine, or any
    /// free one.
    #[arg(long, value_name = "ADDRESS")]
    gateway: Option<SocketAddr>,
}

impl DemoCommand {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let stage = Stage::set(self.gateway).await?;
        let mut end = EndSignals::listen()?;
        let scenes = stage.play().await?;
        report::print_table(&stage, &scenes)?;
        let as_expected = scenes.iter().all(Scene::is_as_expected);
        if !self.once {
            report::print_how_to_try(&stage)?;
            end.received().await;
        }
        stage.clear().await;
        Ok(if as_expected {
            ExitCode::SUCCESS
        } else {
            Exit::No.into()
        })
    }
}
