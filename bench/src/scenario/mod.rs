//! What is measured.

mod cold_blob;
mod warm_blob;
mod warm_manifest;

use std::sync::Arc;

use crate::failure::Failure;
use crate::options::{Options, ScenarioName};
use crate::peer::Peer;
use crate::programs::Programs;
use crate::server::Server;
use crate::stock::Stock;
use crate::workplace::Workplace;
use crate::wrk::Wrk;

/// Something that each server does in turn.
pub(crate) trait Scenario {
    /// For programs.
    fn name(&self) -> &'static str;
    /// For people.
    fn title(&self) -> String;
    /// What it finds out about a server.
    fn measures(&self) -> &'static [Measure];
    /// What Pullgate is to reach.
    fn goals(&self) -> &'static [Goal];
    /// Makes what a round needs.
    fn prepare(&mut self) -> Result<(), Failure>;
    /// Has one server do it, and gives a figure for each measure.
    fn measure(&self, server: &Server) -> Result<Vec<f64>, Failure>;
    /// Throws away what only this round needed.
    fn clear(&mut self) -> Result<(), Failure>;
}

/// A kind of figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    /// What it is.
    pub(crate) name: &'static str,
    /// What it is counted in.
    pub(crate) unit: &'static str,
    /// How many digits after the point mean anything.
    pub(crate) digits: usize,
}

/// What Pullgate is to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    /// Which of the scenario's measures it is about.
    pub(crate) measure: usize,
    /// Divided by the same of that server.
    pub(crate) against: Option<Peer>,
    /// Where the line is.
    pub(crate) bound: Bound,
}

/// Where the line of a goal is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// At this or above.
    AtLeast(f64),
    /// At this or below.
    AtMost(f64),
}

impl Bound {
    /// Whether a value is on the right side of the line.
    pub(crate) fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(line) => value >= line,
            Self::AtMost(line) => value <= line,
        }
    }
}

/// The scenarios that were asked for.
pub(crate) fn chosen(
    options: &Options,
    programs: &Programs,
    workplace: &Workplace,
    stock: &Arc<Stock>,
) -> Result<Vec<Box<dyn Scenario>>, Failure> {
    let mut scenarios: Vec<Box<dyn Scenario>> = Vec::new();
    if options.wants(ScenarioName::WarmBlob) {
        scenarios.push(Box::new(warm_blob::WarmBlob::new(options, stock)));
    }
    if options.wants(ScenarioName::WarmManifest) {
        let wrk = Wrk::new(programs, workplace)?;
        scenarios.push(Box::new(warm_manifest::WarmManifest::new(options, wrk)));
    }
    if options.wants(ScenarioName::ColdBlob) {
        scenarios.push(Box::new(cold_blob::ColdBlob::new(options, stock)));
    }
    Ok(scenarios)
}

/// How many bytes that is.
const GIB: f64 = (1_u32 << 30) as f64;
