//! Health and metrics, for whoever runs the server.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use pullgate_access::Standing;
use pullgate_cache::Cache;

use super::ending::{Ending, Phase};
use super::parts::Parts;

/// What is told about the running server.
pub(crate) struct Operations {
    parts: Arc<Parts>,
    cache: Cache,
    ending: Ending,
}

/// One number for Prometheus.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    value: u64,
}

impl Operations {
    pub(crate) fn new(parts: Arc<Parts>, cache: Cache, ending: Ending) -> Self {
        Self {
            parts,
            cache,
            ending,
        }
    }

    /// Answers one request.
    pub(crate) fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET is answered here\n",
            );
        }
        match path {
            "/healthz" => plain(StatusCode::OK, "alive\n"),
            "/readyz" => self.ready(),
            "/metrics" => {
                let mut response = plain(StatusCode::OK, self.metrics());
                response.headers_mut().insert(
                    CONTENT_TYPE,
                    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
                );
                response
            }
            _ => plain(
                StatusCode::NOT_FOUND,
                "there are /healthz, /readyz and /metrics\n",
            ),
        }
    }

    /// Ready is who can decide a pull and is not about to leave. While the
    /// database is away that is by the last known policy: it is away for all
    /// replicas, and if none of them were ready nobody could pull.
    fn ready(&self) -> Response<Full<Bytes>> {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        if self.ending.phase() > Phase::Serving {
            return plain(unavailable, "leaving: this server is about to end\n");
        }
        match self.parts.door.standing() {
            Standing::Current => plain(StatusCode::OK, "ready\n"),
            Standing::Held { why, until } => plain(
                StatusCode::OK,
                format!(
                    "ready, by the last known policy until {until:.0}: \
                     the database does not answer: {why}\n"
                ),
            ),
            Standing::Expired { since } => plain(
                unavailable,
                format!(
                    "every pull is denied since {since:.0}: the database does not answer, \
                     and the last known policy is too old\n"
                ),
            ),
        }
    }

    /// Source of the format: Prometheus, "Text-based format".
    fn metrics(&self) -> String {
        let mut text = String::new();
        for metric in self.all() {
            let Metric {
                name,
                kind,
                help,
                value,
            } = metric;
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
        }
        text
    }

    fn all(&self) -> Vec<Metric> {
        let log = self.parts.recorder.counters();
        let cache = self.cache.usage();
        let counter = |name, help, value| Metric {
            name,
            kind: "counter",
            help,
            value,
        };
        let gauge = |name, help, value| Metric {
            name,
            kind: "gauge",
            help,
            value,
        };
        vec![
            counter(
                "pullgate_decisions_total",
                "Decisions made.",
                log.decided.load(Ordering::Relaxed),
            ),
            counter(
                "pullgate_decisions_written_total",
                "Decisions written to the database.",
                log.written.load(Ordering::Relaxed),
            ),
            counter(
                "pullgate_decisions_spooled_total",
                "Decisions put into the spool because the database was away.",
                log.spooled.load(Ordering::Relaxed),
            ),
            counter(
                "pullgate_decisions_lost_total",
                "Decisions of which no record could be kept.",
                log.lost.load(Ordering::Relaxed),
            ),
            counter(
                "pullgate_stranger_decisions_unrecorded_total",
                "Denials of strangers that were only counted, because there were too many at once.",
                log.strangers.load(Ordering::Relaxed),
            ),
            counter(
                "pullgate_cache_hits_total",
                "Blobs found in the cache.",
                cache.hits,
            ),
            counter(
                "pullgate_cache_misses_total",
                "Blobs looked for in the cache and not found.",
                cache.misses,
            ),
            counter(
                "pullgate_cache_fills_total",
                "Blobs fetched into the cache.",
                cache.fills,
            ),
            counter(
                "pullgate_cache_joins_total",
                "Requests that joined a fetch under way.",
                cache.joins,
            ),
            counter(
                "pullgate_cache_failed_fills_total",
                "Fetches that failed.",
                cache.failed_fills,
            ),
            gauge(
                "pullgate_database_up",
                "1 while the database confirms the policies, 0 while it is away.",
                u64::from(self.parts.door.standing() == Standing::Current),
            ),
            gauge("pullgate_cache_blobs", "Blobs in the cache.", cache.blobs),
            gauge(
                "pullgate_cache_bytes",
                "Bytes of the blobs in the cache.",
                cache.bytes,
            ),
        ]
    }
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
