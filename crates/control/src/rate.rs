//! How many requests somebody may make, told as Docker Hub tells it.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use pullgate_identity::{PersonId, Subject, TokenId};

use crate::authorized::Session;

/// After how many requests it is forgotten who has not asked lately.
const FORGET_AFTER: u32 = 10_000;

/// How many requests one person, one machine or one address that has not
/// signed in may make.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// In a minute, evenly refilled; all of them may come at once.
    pub per_minute: NonZeroU32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            per_minute: NonZeroU32::MIN.saturating_add(1_199),
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Person(PersonId),
    Machine(TokenId),
    Address(IpAddr),
}

impl Asker {
    fn of(session: &Session, address: IpAddr) -> Self {
        match session {
            Session::Of(Subject::Person { id, .. }) => Self::Person(*id),
            Session::Of(Subject::OrganizationToken { id, .. }) => Self::Machine(*id),
            _ => Self::Address(address),
        }
    }
}

type Limiter =
    RateLimiter<Asker, DashMapStateStore<Asker>, DefaultClock, StateInformationMiddleware>;

/// The requests of everybody, counted.
#[derive(Debug)]
pub(crate) struct Rates {
    limit: RateLimit,
    limiter: Limiter,
    since_forgetting: AtomicU32,
}

/// How a request was counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    limit: u32,
    remaining: u32,
    wait: Option<Duration>,
    refilled_in: Duration,
}

impl Rates {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let quota = Quota::per_minute(limit.per_minute);
        Self {
            limit,
            limiter: RateLimiter::dashmap(quota).with_middleware(),
            since_forgetting: AtomicU32::new(0),
        }
    }

    /// Counts one request.
    pub(crate) fn count(&self, session: &Session, address: IpAddr) -> Counted {
        if self.since_forgetting.fetch_add(1, Ordering::Relaxed) == FORGET_AFTER {
            self.since_forgetting.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
        let limit = self.limit.per_minute.get();
        let (remaining, wait) = match self.limiter.check_key(&Asker::of(session, address)) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refused) => (
                0,
                Some(refused.wait_time_from(DefaultClock::default().now())),
            ),
        };
        let missing = limit.saturating_sub(remaining);
        Counted {
            limit,
            remaining,
            wait,
            refilled_in: Duration::from_mins(1) * missing / limit,
        }
    }
}

impl Counted {
    /// How long to wait, if it was one too many.
    pub(crate) fn refused(&self) -> Option<Duration> {
        self.wait
    }

    /// Writes it into the answer, in Docker Hub's headers.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        // Rounded up, so that it is not too early.
        let reset = Timestamp::now()
            .checked_add(self.refilled_in)
            .map_or(i64::MAX, |reset| reset.as_second().saturating_add(1));
        let mut insert = |name, value: HeaderValue| {
            headers.insert(HeaderName::from_static(name), value);
        };
        insert("x-ratelimit-limit", self.limit.into());
        insert("x-ratelimit-remaining", self.remaining.into());
        insert("x-ratelimit-reset", reset.into());
    }
}
