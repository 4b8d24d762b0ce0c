//! A blob that no server has seen, asked for by many clients at once.
//!
//! Requests of the upstream are those for this blob, by `HEAD` too.

use std::sync::Arc;

use super::{Bound, GIB, Goal, Measure, Scenario};
use crate::clients::{Crowd, verify};
use crate::failure::Failure;
use crate::options::Options;
use crate::peer::Peer;
use crate::server::Server;
use crate::stock::{Blob, Stock};

const SIZE: u64 = 128 << 20;
const CLIENTS: usize = 16;

const MEASURES: &[Measure] = &[
    Measure {
        name: "upstream requests",
        unit: "",
        digits: 0,
    },
    Measure {
        name: "last client done after",
        unit: "s",
        digits: 3,
    },
    Measure {
        name: "last client begun after",
        unit: "s",
        digits: 3,
    },
    Measure {
        name: "server CPU",
        unit: "s/GiB",
        digits: 3,
    },
];

const GOALS: &[Goal] = &[
    Goal {
        measure: 0,
        against: None,
        bound: Bound::AtMost(1.0),
    },
    Goal {
        measure: 1,
        against: Some(Peer::Nginx),
        bound: Bound::AtMost(1.0),
    },
];

pub(super) struct ColdBlob {
    stock: Arc<Stock>,
    crowd: Crowd,
    /// Another one in each round.
    blob: Option<Blob>,
}

impl ColdBlob {
    pub(super) fn new(options: &Options, stock: &Arc<Stock>) -> Self {
        Self {
            stock: Arc::clone(stock),
            crowd: Crowd {
                clients: CLIENTS,
                downloads: 1,
                receiving: options.clients,
            },
            blob: None,
        }
    }
}

impl Scenario for ColdBlob {
    fn name(&self) -> &'static str {
        "cold-blob"
    }

    fn title(&self) -> String {
        format!("Cold blob, {} MiB, {CLIENTS} clients at once", SIZE >> 20)
    }

    fn measures(&self) -> &'static [Measure] {
        MEASURES
    }

    fn goals(&self) -> &'static [Goal] {
        GOALS
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        self.blob = Some(self.stock.add_blob(SIZE)?);
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn measure(&self, server: &Server) -> Result<Vec<f64>, Failure> {
        let Some(blob) = &self.blob else {
            return Ok(Vec::new());
        };
        let before = server.cpu()?;
        let times = self.crowd.download(server, blob)?;
        let cpu = server.cpu()?.saturating_sub(before);
        let requests = server.asked_upstream_for(&blob.path());
        verify(server, blob)?;
        let gib = self.crowd.clients as f64 * SIZE as f64 / GIB;
        Ok(vec![
            f64::from(requests),
            times.everything.as_secs_f64(),
            times.first_byte.as_secs_f64(),
            cpu.as_secs_f64() / gib,
        ])
    }

    fn clear(&mut self) -> Result<(), Failure> {
        let blob = self.blob.take();
        blob.map_or(Ok(()), |blob| self.stock.remove_blob(&blob))
    }
}
