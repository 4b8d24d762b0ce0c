//! A cached manifest, asked for by its tag as fast as it is answered.

use std::time::Duration;

use super::{Bound, Goal, Measure, Scenario};
use crate::failure::Failure;
use crate::http::{Connection, Request};
use crate::options::Options;
use crate::peer::Peer;
use crate::server::Server;
use crate::stock::{MANIFEST_TYPE, REPOSITORY, TAG};
use crate::wrk::{CONNECTIONS, Wrk};

const MEASURES: &[Measure] = &[
    Measure {
        name: "requests",
        unit: "1/s",
        digits: 0,
    },
    Measure {
        name: "server CPU",
        unit: "µs/request",
        digits: 1,
    },
    Measure {
        name: "latency p50",
        unit: "ms",
        digits: 2,
    },
    Measure {
        name: "latency p99",
        unit: "ms",
        digits: 2,
    },
];

const GOALS: &[Goal] = &[Goal {
    measure: 0,
    against: Some(Peer::DockerRegistry),
    bound: Bound::AtLeast(20.0),
}];

pub(super) struct WarmManifest {
    wrk: Wrk,
    time: Duration,
    path: String,
}

impl WarmManifest {
    pub(super) fn new(options: &Options, wrk: Wrk) -> Self {
        Self {
            wrk,
            time: options.asking(),
            path: format!("/v2/{REPOSITORY}/manifests/{TAG}"),
        }
    }

    /// Asks once, and looks whether that is the manifest.
    fn warm(&self, server: &Server) -> Result<(), Failure> {
        let authorization = server.authorization()?;
        let request = Request {
            path: &self.path,
            accept: Some(MANIFEST_TYPE),
            authorization: authorization.as_deref(),
        };
        let head = Connection::open(server.port)
            .and_then(|mut connection| connection.get(&request))
            .map_err(|error| server.wrong(&self.path, &error))?;
        match head.status {
            200 => Ok(()),
            status => Err(server.wrong(&self.path, &format!("status {status}"))),
        }
    }
}

impl Scenario for WarmManifest {
    fn name(&self) -> &'static str {
        "warm-manifest"
    }

    fn title(&self) -> String {
        format!("Warm manifest by tag, {CONNECTIONS} connections")
    }

    fn measures(&self) -> &'static [Measure] {
        MEASURES
    }

    fn goals(&self) -> &'static [Goal] {
        GOALS
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn measure(&self, server: &Server) -> Result<Vec<f64>, Failure> {
        self.warm(server)?;
        let before = server.cpu()?;
        let answers = self.wrk.ask(server, &self.path, MANIFEST_TYPE, self.time)?;
        let cpu = server.cpu()?.saturating_sub(before);
        Ok(vec![
            answers.per_second(),
            cpu.as_secs_f64() * 1e6 / (answers.per_second() * answers.seconds),
            answers.p50 * 1e3,
            answers.p99 * 1e3,
        ])
    }

    fn clear(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}
