//! A cached blob, downloaded by several connections at once.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::{Bound, GIB, Goal, Measure, Scenario};
use crate::clients::{Crowd, verify};
use crate::cpu;
use crate::failure::Failure;
use crate::options::Options;
use crate::peer::Peer;
use crate::server::Server;
use crate::stock::{Blob, Stock};

const SIZE: u64 = 256 << 20;
const STREAMS: usize = 8;

const MEASURES: &[Measure] = &[
    Measure {
        name: "throughput",
        unit: "GiB/s",
        digits: 2,
    },
    Measure {
        name: "server CPU",
        unit: "s/GiB",
        digits: 3,
    },
    Measure {
        name: "client CPU",
        unit: "s/GiB",
        digits: 3,
    },
];

const GOALS: &[Goal] = &[
    Goal {
        measure: 0,
        against: Some(Peer::Nginx),
        bound: Bound::AtLeast(0.8),
    },
    Goal {
        measure: 1,
        against: Some(Peer::Nginx),
        bound: Bound::AtMost(1.3),
    },
];

pub(super) struct WarmBlob {
    stock: Arc<Stock>,
    crowd: Crowd,
    /// The same in all rounds.
    blob: Option<Blob>,
}

impl WarmBlob {
    pub(super) fn new(options: &Options, stock: &Arc<Stock>) -> Self {
        Self {
            stock: Arc::clone(stock),
            crowd: Crowd {
                clients: STREAMS,
                downloads: options.downloads(),
                receiving: options.clients,
            },
            blob: None,
        }
    }
}

impl Scenario for WarmBlob {
    fn name(&self) -> &'static str {
        "warm-blob"
    }

    fn title(&self) -> String {
        format!("Warm blob, {} MiB, {STREAMS} streams", SIZE >> 20)
    }

    fn measures(&self) -> &'static [Measure] {
        MEASURES
    }

    fn goals(&self) -> &'static [Goal] {
        GOALS
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        if self.blob.is_none() {
            self.blob = Some(self.stock.add_blob(SIZE)?);
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn measure(&self, server: &Server) -> Result<Vec<f64>, Failure> {
        let Some(blob) = &self.blob else {
            return Ok(Vec::new());
        };
        warm(server, blob)?;
        let before = (server.cpu()?, cpu::used_here()?);
        let times = self.crowd.download(server, blob)?;
        let at_server = server.cpu()?.saturating_sub(before.0);
        let at_client = cpu::used_here()?.saturating_sub(before.1);
        let blobs = self.crowd.clients as f64 * f64::from(self.crowd.downloads);
        let gib = blobs * SIZE as f64 / GIB;
        Ok(vec![
            gib / times.everything.as_secs_f64(),
            at_server.as_secs_f64() / gib,
            at_client.as_secs_f64() / gib,
        ])
    }

    fn clear(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Downloads the blob until the server has it for itself. docker-registry
/// stores it after it has answered.
fn warm(server: &Server, blob: &Blob) -> Result<(), Failure> {
    let path = blob.path();
    for _ in 0..20 {
        let before = server.asked_upstream_for(&path);
        verify(server, blob)?;
        if server.asked_upstream_for(&path) == before {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(500));
    }
    Err(server.wrong(&path, &"it does not keep what was downloaded"))
}
