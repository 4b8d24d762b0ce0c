//! How a server ends: in phases, so that no pull is broken that could end.
//!
//! First it says everywhere that it leaves (on `/readyz`, and on every answer
//! by `Connection: close`) and goes on serving, for whoever shares requests
//! out takes a while to notice. Then nobody new is let in. What runs may end,
//! up to a limit, and what is left then is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

/// How far a server is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It serves.
    Serving,
    /// It serves whoever comes, and tells everybody to go elsewhere.
    Leaving,
    /// New connections are refused; what runs may end.
    Closing,
    /// What has not ended is cut.
    Cut,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Serving, Self::Leaving, Self::Closing, Self::Cut];
}

/// Tells how far the server is. Phases only go forward.
#[derive(Debug)]
pub(crate) struct End {
    told: watch::Sender<Phase>,
    now: Arc<AtomicU8>,
}

/// Hears how far the server is.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    told: watch::Receiver<Phase>,
    /// Beside the channel, whose value is behind a lock: asked on every request.
    now: Arc<AtomicU8>,
}

impl End {
    /// A server that serves.
    pub(crate) fn new() -> (Self, Ending) {
        let now = Arc::new(AtomicU8::new(Phase::Serving as u8));
        let (sender, receiver) = watch::channel(Phase::Serving);
        let end = Self {
            told: sender,
            now: Arc::clone(&now),
        };
        let ending = Ending {
            told: receiver,
            now,
        };
        (end, ending)
    }

    /// Goes on to a phase, and tells everybody.
    pub(crate) fn enter(&self, phase: Phase) {
        self.now.fetch_max(phase as u8, Ordering::SeqCst);
        self.told.send_if_modified(|told| {
            let forward = *told < phase;
            if forward {
                *told = phase;
            }
            forward
        });
    }

    /// For somebody else to hear.
    pub(crate) fn subscribe(&self) -> Ending {
        Ending {
            told: self.told.subscribe(),
            now: Arc::clone(&self.now),
        }
    }
}

impl Ending {
    /// How far the server is.
    pub(crate) fn phase(&self) -> Phase {
        let now = usize::from(self.now.load(Ordering::Relaxed));
        Phase::ALL.get(now).copied().unwrap_or(Phase::Cut)
    }

    /// Waits until the server has come to this phase or a later one.
    pub(crate) async fn reached(&mut self, phase: Phase) {
        // Whoever could tell being gone is as good as being told.
        let _ = self.told.wait_for(|told| *told >= phase).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_only_goes_forward_and_who_asks_late_hears_it_too() {
        let (end, mut ending) = End::new();
        assert_eq!(ending.phase(), Phase::Serving);
        end.enter(Phase::Closing);
        end.enter(Phase::Leaving);
        ending.reached(Phase::Leaving).await;
        ending.reached(Phase::Closing).await;
        assert_eq!(ending.phase(), Phase::Closing);
        let mut late = end.subscribe();
        late.reached(Phase::Closing).await;
        assert_eq!(late.phase(), Phase::Closing);
        drop(end);
        late.reached(Phase::Cut).await;
    }
}
