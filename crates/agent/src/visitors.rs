//! How many connections each user of the machine has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The most that one user may have at once: nobody has more to say, and who
/// would take all places would keep others from signing in.
const MOST: usize = 16;

/// Who is connected, by the kernel's word.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitors(Arc<Mutex<BTreeMap<u32, usize>>>);

/// A connection that counts for as long as this is.
#[derive(Debug)]
pub(crate) struct Visit {
    uid: u32,
    visitors: Visitors,
}

impl Visitors {
    /// Lets a user's connection in; none if they have too many.
    pub(crate) fn enter(&self, uid: u32) -> Option<Visit> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(uid).or_default();
        if *count == MOST {
            return None;
        }
        *count += 1;
        let visitors = self.clone();
        Some(Visit { uid, visitors })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut all = self
            .visitors
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.uid) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.uid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_cannot_take_the_places_of_others() {
        let visitors = Visitors::default();
        let mut visits: Vec<Visit> = (0..MOST).map(|_| visitors.enter(1000).unwrap()).collect();
        assert!(visitors.enter(1000).is_none());
        assert!(visitors.enter(1001).is_some());
        visits.pop();
        assert!(visitors.enter(1000).is_some());
        drop(visits);
        assert!(visitors.0.lock().unwrap().is_empty(), "nothing is kept");
    }
}
