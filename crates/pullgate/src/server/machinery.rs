//! What the cache and the upstreams say of themselves, for the services, which
//! know neither.

use pullgate_admin::{CacheStatus, LastAnswer, Machinery, UpstreamStatus};
use pullgate_cache::{Cache, Usage};
use pullgate_upstream::Upstreams;

/// The cache and the upstreams of this server.
pub(crate) struct ServerMachinery {
    cache: Cache,
    upstreams: Upstreams,
}

impl ServerMachinery {
    pub(crate) fn new(cache: Cache, upstreams: Upstreams) -> Self {
        Self { cache, upstreams }
    }
}

impl Machinery for ServerMachinery {
    fn cache(&self) -> CacheStatus {
        let Usage {
            blobs,
            bytes,
            hits,
            misses,
            fills,
            joins,
            failed_fills,
        } = self.cache.usage();
        CacheStatus {
            entries: blobs,
            bytes,
            hits,
            misses,
            fills,
            joins,
            failed_fills,
        }
    }

    fn upstreams(&self) -> Vec<UpstreamStatus> {
        let mut upstreams: Vec<_> = self
            .upstreams
            .iter()
            .map(|upstream| UpstreamStatus {
                registry: upstream.registry().to_string(),
                last: upstream.seen().map(|seen| LastAnswer {
                    at: seen.at,
                    failure: seen.failure,
                }),
            })
            .collect();
        upstreams.sort_by(|one, other| one.registry.cmp(&other.registry));
        upstreams
    }
}
