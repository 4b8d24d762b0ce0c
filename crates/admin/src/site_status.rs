//! How the installation is doing.

use std::sync::Arc;

use jiff::Timestamp;
use pullgate_access::Standing;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;

/// What the server's other parts say of themselves. The server gives this to
/// the services, which do not know those parts.
pub trait Machinery: Send + Sync {
    /// The cache on this server.
    fn cache(&self) -> CacheStatus;
    /// The upstreams that are configured.
    fn upstreams(&self) -> Vec<UpstreamStatus>;
}

/// What the cache of one server has and does. Counts are since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    /// How many blobs are on disk.
    pub entries: u64,
    /// How many bytes those have.
    pub bytes: u64,
    /// How many lookups of a blob found it.
    pub hits: u64,
    /// How many did not.
    pub misses: u64,
    /// How many blobs were begun to be fetched.
    pub fills: u64,
    /// How many requests joined one that was already being fetched.
    pub joins: u64,
    /// How many of those that were fetched failed.
    pub failed_fills: u64,
}

/// An upstream that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamStatus {
    /// The registry's name.
    pub registry: String,
    /// What came of the last request to it; none before the first.
    pub last: Option<LastAnswer>,
}

/// What came of a request to an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAnswer {
    /// When.
    pub at: Timestamp,
    /// Why it could not be reached, if so. Holds no secret.
    pub failure: Option<String>,
}

/// How this server is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemStatus {
    /// Which change was the last that it decides by.
    pub generation: i64,
    /// By which policies it decides.
    pub standing: Standing,
}

impl Admin {
    /// The services, with what the server's other parts say of themselves.
    #[must_use]
    pub fn with_machinery(mut self, machinery: Arc<dyn Machinery>) -> Self {
        self.machinery = Some(machinery);
        self
    }

    /// How this server is doing; for people who have signed in.
    pub fn system_status(&self, caller: &Caller) -> Result<SystemStatus> {
        Self::person(caller)?;
        Ok(SystemStatus {
            generation: self.identity.directory().generation(),
            standing: self.door.standing(),
        })
    }

    /// What the cache of this server has and does; for site administrators.
    pub fn cache_status(&self, caller: &Caller) -> Result<CacheStatus> {
        Ok(self.machinery(caller)?.cache())
    }

    /// The upstreams, and what came of the last request to each from this
    /// server; for site administrators.
    pub fn upstream_status(&self, caller: &Caller) -> Result<Vec<UpstreamStatus>> {
        Ok(self.machinery(caller)?.upstreams())
    }

    fn machinery(&self, caller: &Caller) -> Result<&dyn Machinery> {
        self.site_administrator(caller)?;
        self.machinery.as_deref().ok_or_else(|| {
            AdminError::NotFound(
                "there is no cache and no upstream here: ask the server".to_owned(),
            )
        })
    }
}
