//! Same questions at the same time, asked once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

/// An answer on its way, for any number of people.
type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

/// Joins those who want the same: the first one's question is asked, and all
/// get its answer. It is asked to the end even if all of them go away.
///
/// For what has to be fetched from elsewhere; what is at hand needs none.
#[derive(Debug)]
pub(crate) struct Flights<K, V> {
    under_way: Arc<Mutex<HashMap<K, Flight<V>>>>,
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self {
            under_way: Arc::default(),
        }
    }

    /// The answer to the question of that key, asking unless somebody is
    /// asking already. None if whoever asked panicked.
    pub(crate) async fn join(
        &self,
        key: K,
        ask: impl FnOnce() -> BoxFuture<'static, V>,
    ) -> Option<V> {
        let flight = {
            let mut under_way = self
                .under_way
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(flight) = under_way.get(&key) {
                flight.clone()
            } else {
                let flight = self.depart(key.clone(), ask());
                under_way.insert(key, flight.clone());
                flight
            }
        };
        flight.await
    }

    fn depart(&self, key: K, question: BoxFuture<'static, V>) -> Flight<V> {
        let under_way = Arc::clone(&self.under_way);
        let asked = tokio::spawn(question);
        // A task of its own takes the flight off the list, whether or not
        // anybody still waits for it.
        let landed = tokio::spawn(async move {
            let answer = asked.await.ok();
            under_way
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&key);
            answer
        });
        async move { landed.await.ok().flatten() }.boxed().shared()
    }
}
