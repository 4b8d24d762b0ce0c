//! One request for all who ask the same at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::namespace::Namespace;

/// The requests that are under way.
#[derive(Default)]
pub(crate) struct Flights {
    under_way: Mutex<HashMap<Namespace, watch::Receiver<()>>>,
}

/// A request that is under way. It ends when this is dropped, also by a panic,
/// and everybody who waits for it goes on.
pub(crate) struct Flight {
    namespace: Namespace,
    flights: Arc<Flights>,
    _landed: watch::Sender<()>,
}

/// Waits for a request that is under way.
pub(crate) struct Landing(watch::Receiver<()>);

/// What is to be done.
pub(crate) enum Boarding {
    /// To make the request, and to wait for it.
    First(Flight, Landing),
    /// To wait for the request of another.
    Joined(Landing),
    /// Nothing.
    NotNeeded,
}

impl Flights {
    /// Joins the request for a namespace, or becomes its first if it is needed.
    ///
    /// Whether it is needed is found out while no request can begin or end.
    /// Whoever makes one has to write its outcome down before it ends: then
    /// nobody asks again what was just answered.
    pub(crate) fn board(
        self: &Arc<Self>,
        namespace: &str,
        is_needed: impl FnOnce() -> bool,
    ) -> Boarding {
        let mut under_way = self.lock();
        if let Some(landed) = under_way.get(namespace) {
            return Boarding::Joined(Landing(landed.clone()));
        }
        if !is_needed() {
            return Boarding::NotNeeded;
        }
        let namespace = Namespace::of_repository(namespace);
        let (sender, landed) = watch::channel(());
        under_way.insert(namespace.clone(), landed.clone());
        let flight = Flight {
            namespace,
            flights: Arc::clone(self),
            _landed: sender,
        };
        Boarding::First(flight, Landing(landed))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Namespace, watch::Receiver<()>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// What is asked about.
    pub(crate) fn namespace(&self) -> &Namespace {
        &self.namespace
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.namespace);
    }
}

impl Landing {
    /// Waits until the request has ended, however it has.
    pub(crate) async fn wait(mut self) {
        // Nothing is ever sent: it ends with its sender.
        while self.0.changed().await.is_ok() {}
    }
}
