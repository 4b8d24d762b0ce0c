//! The decision log, off the pull path.
//!
//! A decision is counted in memory: equal ones of the same moment become one
//! record with a count. Each thread has a place of its own to count in, so a
//! pull waits for nobody. A few times a second everything counted so far is
//! written in one batch. What the database does not take is appended to the
//! spool, a file, and brought in when the database is back. What even the
//! spool does not take stays in memory and is tried again, up to a limit; what
//! is lost beyond that is counted and said in the log.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pullgate_store::{DecisionRecord, Store};

use crate::door::Clock;
use crate::entry::Entry;
use crate::spool::Spool;

/// Places to count in. More than there are threads that serve requests, so
/// that two of them rarely share one.
const PLACES: usize = 32;

/// The most different decisions about strangers that one place counts in one
/// batch. Anybody can be a stranger as often as they like and name as many
/// repositories as they like; all of them are denied, and a log that can be
/// filled from outside is no log.
const MOST_STRANGERS: usize = 2_000;

/// How many chunks of the spool are brought in with one batch.
const CHUNKS: usize = 16;

/// How the log is written.
#[derive(Clone, Debug)]
pub struct RecorderSettings {
    /// The file that takes what the database does not.
    pub spool: PathBuf,
    /// How often a batch is written.
    pub every: Duration,
    /// How long the database may take over one batch.
    pub patience: Duration,
    /// The most records kept in memory when neither the database nor the
    /// spool takes them.
    pub keep: usize,
}

impl RecorderSettings {
    /// The usual settings with that spool file.
    pub fn new(spool: PathBuf) -> Self {
        Self {
            spool,
            every: Duration::from_millis(500),
            patience: Duration::from_secs(5),
            keep: 100_000,
        }
    }
}

/// What has become of the decisions, each counted once.
#[derive(Debug, Default)]
pub struct LogCounters {
    /// Decisions made.
    pub decided: AtomicU64,
    /// Decisions written to the database.
    pub written: AtomicU64,
    /// Decisions put into the spool because the database was away. They are
    /// counted as written too once they have been brought in.
    pub spooled: AtomicU64,
    /// Decisions of which no record could be kept.
    pub lost: AtomicU64,
    /// Denials of strangers that were only counted, because there were too
    /// many different ones in one moment.
    pub strangers: AtomicU64,
}

/// The decision log.
pub struct Recorder {
    store: Store,
    clock: Clock,
    settings: RecorderSettings,
    places: [Place; PLACES],
    counters: LogCounters,
    writing: tokio::sync::Mutex<Writing>,
}

/// How often equal decisions were made, and when first.
type Counted = HashMap<Entry, (Timestamp, u32)>;

/// One place to count in, on a cache line of its own.
#[derive(Default)]
#[repr(align(128))]
struct Place(Mutex<Counted>);

/// What the writer works with; one batch is written at a time.
struct Writing {
    spool: Spool,
    /// Records that neither the database nor the spool took.
    kept: Vec<DecisionRecord>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Recorder")
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// A log that writes to the store, and to the spool while it is away.
    pub fn new(store: Store, clock: Clock, settings: RecorderSettings) -> Self {
        let spool = Spool::new(settings.spool.clone());
        Self {
            store,
            clock,
            settings,
            places: std::array::from_fn(|_| Place::default()),
            counters: LogCounters::default(),
            writing: tokio::sync::Mutex::new(Writing {
                spool,
                kept: Vec::new(),
            }),
        }
    }

    /// What has become of the decisions so far.
    pub fn counters(&self) -> &LogCounters {
        &self.counters
    }

    /// Writes batches for as long as it runs.
    pub async fn run(&self) {
        let mut tick = tokio::time::interval(self.settings.every);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            self.flush().await;
        }
    }

    /// Writes all that has been counted so far. Called when the server ends,
    /// too.
    ///
    /// May be cut off at any point: what was taken stays in `kept` until it
    /// has been written, and writing it twice records it once.
    pub async fn flush(&self) {
        let mut writing = self.writing.lock().await;
        let Writing { spool, kept } = &mut *writing;
        kept.extend(self.take());
        if !kept.is_empty() {
            if let Err(error) = self.write(kept).await {
                tracing::warn!(%error, records = kept.len(), "the database does not take decisions: spooling them");
                self.spool(spool, kept).await;
                return;
            }
            kept.clear();
        }
        if let Err(error) = self.bring_in(spool).await {
            tracing::warn!(%error, "the spool of decisions cannot be brought in yet");
        }
    }

    /// Writes what is left when the server ends, and says what could not be
    /// kept anywhere.
    pub async fn finish(&self) {
        self.flush().await;
        let kept = &self.writing.lock().await.kept;
        if !kept.is_empty() {
            let lost = decisions(kept);
            self.counters.lost.fetch_add(lost, Ordering::Relaxed);
            tracing::error!(
                lost,
                "decisions could be written nowhere and are lost with the end of the server"
            );
        }
    }

    pub(crate) fn record(&self, entry: &Entry) {
        self.record_at(entry, (self.clock)());
    }

    /// Counts a decision of that moment.
    pub(crate) fn record_at(&self, entry: &Entry, at: Timestamp) {
        self.counters.decided.fetch_add(1, Ordering::Relaxed);
        let mut counted = lock(&self.places[own_place()].0);
        if let Some((_, count)) = counted.get_mut(entry) {
            *count = count.saturating_add(1);
        } else if entry.is_of_stranger() && counted.len() >= MOST_STRANGERS {
            self.counters.strangers.fetch_add(1, Ordering::Relaxed);
        } else {
            counted.insert(entry.clone(), (at, 1));
        }
    }

    fn take(&self) -> Vec<DecisionRecord> {
        let mut records = Vec::new();
        for place in &self.places {
            let counted = std::mem::take(&mut *lock(&place.0));
            records.extend(
                counted
                    .into_iter()
                    .map(|(entry, (at, count))| entry.into_record(at, count)),
            );
        }
        records.sort_by_key(|record| record.at);
        records
    }

    async fn write(&self, batch: &[DecisionRecord]) -> Result<(), String> {
        let written = self.store.record_decisions(batch);
        match tokio::time::timeout(self.settings.patience, written).await {
            Ok(Ok(())) => {
                self.counters
                    .written
                    .fetch_add(decisions(batch), Ordering::Relaxed);
                Ok(())
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!(
                "no answer within {} seconds",
                self.settings.patience.as_secs()
            )),
        }
    }

    /// Brings some of the spooled decisions into the database: not all of them
    /// at once, for what is decided meanwhile has to be written, too. A batch
    /// that was written although its answer was lost is harmless: records are
    /// known by id.
    async fn bring_in(&self, spool: &mut Spool) -> Result<(), String> {
        for _ in 0..CHUNKS {
            let Some(chunk) = spool.oldest().await.map_err(|error| error.to_string())? else {
                break;
            };
            self.write(&chunk.records).await?;
            spool.done_with(&chunk);
        }
        Ok(())
    }

    async fn spool(&self, spool: &Spool, kept: &mut Vec<DecisionRecord>) {
        match spool.append(kept).await {
            Ok(()) => {
                self.counters
                    .spooled
                    .fetch_add(decisions(kept), Ordering::Relaxed);
                kept.clear();
            }
            Err(error) => {
                let excess = kept.len().saturating_sub(self.settings.keep);
                let lost = decisions(&kept[..excess]);
                self.counters.lost.fetch_add(lost, Ordering::Relaxed);
                kept.drain(..excess);
                tracing::error!(
                    %error,
                    lost,
                    kept_in_memory = kept.len(),
                    "decisions can be written neither to the database nor to the spool"
                );
            }
        }
    }
}

/// How many decisions the records stand for.
fn decisions(records: &[DecisionRecord]) -> u64 {
    records.iter().map(|record| u64::from(record.count)).sum()
}

fn lock(counted: &Mutex<Counted>) -> MutexGuard<'_, Counted> {
    // Counting cannot leave the map half-changed, so a panic elsewhere while
    // it was held does not make it wrong.
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place of the thread that asks.
fn own_place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % PLACES;
    }
    OWN.with(|place| *place)
}
