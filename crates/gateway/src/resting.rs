//! Upstreams that are left alone for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pullgate_reference::Registry;

/// How long an upstream is left alone that is away or does not say how long
/// it wants to be.
const USUALLY: Duration = Duration::from_secs(15);

/// The longest that an upstream is left alone.
const LONGEST: Duration = Duration::from_mins(5);

/// The upstreams that were away, or wanted fewer requests, a moment ago. What
/// can be served without them is, at once: a pull does not wait for a host
/// that does not answer, and a limit is not prolonged by asking on.
#[derive(Debug, Default)]
pub(crate) struct Resting(Mutex<HashMap<Registry, Instant>>);

impl Resting {
    /// Leaves an upstream alone for as long as it wishes.
    pub(crate) fn rest(&self, registry: &Registry, wish: Option<Duration>) {
        let until = Instant::now() + wish.unwrap_or(USUALLY).min(LONGEST);
        self.lock().insert(registry.clone(), until);
    }

    /// Whether an upstream is to be left alone.
    pub(crate) fn rests(&self, registry: &Registry) -> bool {
        self.lock()
            .get(registry)
            .is_some_and(|until| Instant::now() < *until)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Registry, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_left_alone_for_as_long_as_it_wishes() {
        let resting = Resting::default();
        let hub = Registry::docker_hub();
        assert!(!resting.rests(&hub));
        resting.rest(&hub, None);
        assert!(resting.rests(&hub));
        resting.rest(&hub, Some(Duration::ZERO));
        assert!(!resting.rests(&hub));
    }
}
