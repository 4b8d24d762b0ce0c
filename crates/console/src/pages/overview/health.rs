//! How the installation is doing, as far as somebody may see it.

use jiff::Timestamp;
use pullgate_admin::{CacheStatus, Standing, UpstreamStatus};

use crate::failure::Failure;
use crate::page::{Moment, grouped};
use crate::visit::Visit;
use crate::words::Word;

/// How it is doing.
pub(super) struct Health {
    /// By which policies is decided.
    pub(super) policies: Word,
    pub(super) told: String,
    /// None for who does not look after the installation.
    pub(super) machinery: Option<MachineryView>,
}

/// The parts that only site administrators see.
pub(super) struct MachineryView {
    pub(super) upstreams: Vec<UpstreamRow>,
    pub(super) cache: Vec<(&'static str, String)>,
}

/// An upstream.
pub(super) struct UpstreamRow {
    pub(super) registry: String,
    pub(super) word: Word,
    pub(super) told: String,
}

impl Health {
    pub(super) fn of(visit: &Visit, now: Timestamp) -> Result<Self, Failure> {
        let (admin, caller) = (&visit.services.admin, visit.caller());
        let status = admin.system_status(&caller)?;
        let word = |tone, text| Word { tone, text };
        let (policies, told) = match status.standing {
            Standing::Current => (
                word("good", "Current"),
                "Pulls are decided by the policies as they are.".to_owned(),
            ),
            Standing::Held { until, .. } => (
                word("caution", "Held"),
                format!(
                    "The database does not answer, so pulls are decided by the last known policies until {}, and denied after that.",
                    Moment(until)
                ),
            ),
            Standing::Expired { since } => (
                word("bad", "Expired"),
                format!(
                    "The database has been away for too long: since {} everything is denied.",
                    Moment(since)
                ),
            ),
        };
        // Both are for site administrators, and not there without a server.
        let parts = (admin.upstream_status(&caller), admin.cache_status(&caller));
        let machinery = match parts {
            (Ok(upstreams), Ok(cache)) => Some(MachineryView {
                upstreams: upstreams
                    .into_iter()
                    .map(|upstream| UpstreamRow::new(upstream, now))
                    .collect(),
                cache: cache_rows(&cache),
            }),
            _ => None,
        };
        Ok(Self {
            policies,
            told,
            machinery,
        })
    }
}

impl UpstreamRow {
    fn new(upstream: UpstreamStatus, now: Timestamp) -> Self {
        let word = |tone, text| Word { tone, text };
        let (word, told) = match upstream.last {
            None => (word("", "Not asked yet"), String::new()),
            Some(last) => {
                let ago = Moment(last.at).seen_from(now);
                match last.failure {
                    None => (word("good", "Answers"), format!("last asked {ago}")),
                    Some(why) => (word("bad", "Does not answer"), format!("{ago}: {why}")),
                }
            }
        };
        Self {
            registry: upstream.registry,
            word,
            told,
        }
    }
}

fn cache_rows(cache: &CacheStatus) -> Vec<(&'static str, String)> {
    let looked_up = cache.hits + cache.misses;
    let found = (cache.hits * 100).checked_div(looked_up);
    vec![
        (
            "On disk",
            format!("{} in {} blobs", size(cache.bytes), grouped(cache.entries)),
        ),
        (
            "Found there",
            found.map_or_else(
                || "nothing looked up yet".to_owned(),
                |part| format!("{part} % of {} lookups", grouped(looked_up)),
            ),
        ),
        (
            "Fetched",
            format!(
                "{}, of which {} failed",
                grouped(cache.fills),
                grouped(cache.failed_fills)
            ),
        ),
    ]
}

/// Bytes, as people tell them.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let (mut whole, mut rest) = (bytes, 0);
    while whole >= 1_024 && unit + 1 < UNITS.len() {
        (whole, rest) = (whole / 1_024, whole % 1_024);
        unit += 1;
    }
    if unit == 0 || whole >= 100 {
        return format!("{} {}", grouped(whole), UNITS[unit]);
    }
    format!("{whole}.{} {}", rest * 10 / 1_024, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_people_tell_them() {
        for (bytes, told) in [
            (0, "0 B"),
            (1_023, "1,023 B"),
            (1_536, "1.5 KiB"),
            (5 << 30, "5.0 GiB"),
            (300 << 20, "300 MiB"),
            (u64::MAX, "16,777,215 TiB"),
        ] {
            assert_eq!(size(bytes), told);
        }
    }
}
