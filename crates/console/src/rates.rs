//! How many pages somebody may ask for.
//!
//! Counted in memory, by address before anything is looked up, and by session
//! for who is signed in. Nothing of it is on the way of a pull.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use pullgate_store::SessionId;

/// After how many requests it is forgotten who has not asked lately.
const FORGET_AFTER: u32 = 10_000;

/// How many pages may be asked for in a minute, evenly refilled; all of them
/// may come at once.
#[derive(Clone, Copy, Debug)]
pub struct ConsoleRates {
    /// In one session.
    pub per_session: NonZeroU32,
    /// From one address, behind which there may be a whole office.
    pub per_address: NonZeroU32,
}

impl Default for ConsoleRates {
    fn default() -> Self {
        Self {
            per_session: NonZeroU32::MIN.saturating_add(1_199),
            per_address: NonZeroU32::MIN.saturating_add(11_999),
        }
    }
}

/// The requests of everybody, counted.
#[derive(Debug)]
pub(crate) struct Rates {
    sessions: Counter<SessionId>,
    addresses: Counter<IpAddr>,
}

/// One request too many, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) wait: Duration,
    pub(crate) from: Asker,
}

/// Whose requests were counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Session,
    Address,
}

impl Rates {
    pub(crate) fn new(rates: ConsoleRates) -> Self {
        Self {
            sessions: Counter::new(rates.per_session),
            addresses: Counter::new(rates.per_address),
        }
    }

    /// Counts a request from an address.
    pub(crate) fn at_address(&self, address: IpAddr) -> Result<(), TooMany> {
        let counted = self.addresses.count(&address);
        counted.map_err(|wait| TooMany {
            wait,
            from: Asker::Address,
        })
    }

    /// Counts a request in a session.
    pub(crate) fn in_session(&self, session: SessionId) -> Result<(), TooMany> {
        let counted = self.sessions.count(&session);
        counted.map_err(|wait| TooMany {
            wait,
            from: Asker::Session,
        })
    }
}

#[derive(Debug)]
struct Counter<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    since_forgetting: AtomicU32,
}

impl<K: Hash + Eq + Clone> Counter<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::dashmap(Quota::per_minute(per_minute)),
            since_forgetting: AtomicU32::new(0),
        }
    }

    /// Counts one, or says how long to wait.
    fn count(&self, key: &K) -> Result<(), Duration> {
        if self.since_forgetting.fetch_add(1, Ordering::Relaxed) == FORGET_AFTER {
            self.since_forgetting.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
        let counted = self.limiter.check_key(key);
        counted.map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_asks_too_often_stops_nobody_else() {
        let few = NonZeroU32::MIN.saturating_add(1);
        let rates = Rates::new(ConsoleRates {
            per_session: few,
            per_address: few,
        });
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert_eq!(rates.at_address(one), Ok(()));
        assert_eq!(rates.at_address(one), Ok(()));
        let refused = rates.at_address(one).map_err(|too_many| too_many.from);
        assert_eq!(refused, Err(Asker::Address));
        assert_eq!(rates.at_address(other), Ok(()));
    }
}
