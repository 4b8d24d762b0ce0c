use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures Pullgate beside nginx and docker-registry, as pull-through caches
/// of one upstream.
#[derive(Debug, Parser)]
#[command(name = "pullgate-bench")]
pub(crate) struct Options {
    /// Fewer and shorter rounds: a first look, not a result
    #[arg(long)]
    quick: bool,

    /// How many rounds are counted [default: 7, or 3 with --quick]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,

    /// Measure this alone (may be repeated)
    #[arg(long = "only", value_name = "SCENARIO")]
    pub(crate) only: Vec<ScenarioName>,

    /// What is printed
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,

    /// What clients of blobs do with what they receive
    #[arg(long, default_value = "discard")]
    pub(crate) clients: Receiving,

    /// A folder on a disk, for the caches; up to 6 GiB are needed
    /// [default: where this program was built]
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,

    /// The Pullgate to measure [default: beside this program]
    #[arg(long, env = "PULLGATE_BIN", value_name = "FILE")]
    pub(crate) pullgate: Option<PathBuf>,
}

/// One of the things that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScenarioName {
    /// A cached blob, by several connections at once
    WarmBlob,
    /// A cached manifest by its tag
    WarmManifest,
    /// A blob that no server has seen, by many clients at once
    ColdBlob,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// One JSON document with the figures of every round
    Json,
}

/// What clients do with a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Receiving {
    /// Have the kernel throw it away, which costs least
    Discard,
    /// Read it into a buffer that is used again and again
    Copy,
}

impl Options {
    /// How many rounds are counted.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 7 })
    }

    /// How often each stream downloads the warm blob in a round.
    pub(crate) fn downloads(&self) -> u32 {
        if self.quick { 1 } else { 3 }
    }

    /// How long `wrk` asks in a round.
    pub(crate) fn asking(&self) -> Duration {
        Duration::from_secs(if self.quick { 2 } else { 5 })
    }

    /// Whether a scenario is to be measured.
    pub(crate) fn wants(&self, name: ScenarioName) -> bool {
        self.only.is_empty() || self.only.contains(&name)
    }
}
