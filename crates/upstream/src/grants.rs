use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use jiff::Timestamp;
use moka::future::Cache;
use moka::ops::compute::Op;
use pullgate_reference::Repository;

use crate::credentials::CredentialsKey;
use crate::error::UpstreamError;

/// What is sent as `Authorization`.
pub(crate) enum Grant {
    /// A token, and the time from which on it is not used any more.
    Bearer {
        header: HeaderValue,
        until: Timestamp,
    },
    /// User name and password, for a registry without a token service.
    Basic { header: HeaderValue },
}

impl Grant {
    pub(crate) fn header(&self) -> &HeaderValue {
        match self {
            Self::Bearer { header, .. } | Self::Basic { header } => header,
        }
    }

    fn is_current(&self, now: Timestamp) -> bool {
        match self {
            Self::Bearer { until, .. } => now < *until,
            Self::Basic { .. } => true,
        }
    }
}

/// Whose credentials, for which repository.
pub(crate) type GrantKey = (CredentialsKey, Repository);

/// Grants in memory, until they expire or are refused. However many requests
/// need one at the same time, it is asked for once.
pub(crate) struct Grants(Cache<GrantKey, Arc<Grant>>);

/// A bound on memory: tokens are one or two kilobytes.
const CAPACITY: u64 = 10_000;

/// A bound on what a token service may promise.
const LONGEST: Duration = Duration::from_hours(1);

impl Grants {
    pub(crate) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(LONGEST)
                .build(),
        )
    }

    pub(crate) async fn current(&self, key: &GrantKey, now: Timestamp) -> Option<Arc<Grant>> {
        let grant = self.0.get(key).await?;
        if grant.is_current(now) {
            return Some(grant);
        }
        self.forget(key, &grant).await;
        None
    }

    /// The grant that somebody else just got, or the one that `obtain` gets.
    pub(crate) async fn obtain(
        &self,
        key: GrantKey,
        obtain: impl Future<Output = Result<Grant, UpstreamError>>,
    ) -> Result<Arc<Grant>, UpstreamError> {
        self.0
            .try_get_with(key, async { obtain.await.map(Arc::new) })
            .await
            .map_err(|error| (*error).clone())
    }

    /// Forgets this grant, but not one that took its place meanwhile.
    pub(crate) async fn forget(&self, key: &GrantKey, grant: &Arc<Grant>) {
        self.0
            .entry(key.clone())
            .and_compute_with(async |kept| match kept {
                Some(kept) if Arc::ptr_eq(kept.value(), grant) => Op::Remove,
                _ => Op::Nop,
            })
            .await;
    }
}
