//! One question at a time about a namespace, and none for a while after a
//! failure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pullgate_policy::Badge;
use pullgate_store::{LearntBadge, LearntFrom};
use tokio::sync::watch;

use crate::catalog::Inner;
use crate::hub::HubError;

/// How long nobody is asked after Docker Hub was away: short, for it is paid
/// by the first pull from every namespace that is not known yet.
const PAUSE: Duration = Duration::from_secs(5);

/// The longest that Docker Hub's wish to be left alone is followed.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The most failed namespaces that are remembered.
const MOST_FAILURES: usize = 10_000;

/// What a question came to: the badge, or that there was no answer.
type Answer = Option<Badge>;

/// The questions under way, and those that failed a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Asking(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    under_way: HashMap<Box<str>, watch::Receiver<Option<Answer>>>,
    /// Until when a namespace is not asked about.
    failed: HashMap<Box<str>, Timestamp>,
    /// Until when nothing is asked.
    paused_until: Option<Timestamp>,
}

impl Asking {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Asks Docker Hub about a namespace, or joins those who do, unless it has
    /// failed a moment ago. The question is asked to its end even if all who
    /// wait for it go away.
    pub(crate) async fn ask(self: &Arc<Self>, namespace: &str) -> Answer {
        let mut answer = self.question(namespace)?;
        let answered = answer.wait_for(Option::is_some).await.ok()?;
        (*answered).flatten()
    }

    fn question(self: &Arc<Self>, namespace: &str) -> Option<watch::Receiver<Option<Answer>>> {
        let now = self.now();
        let mut state = self.asking.lock();
        if let Some(under_way) = state.under_way.get(namespace) {
            return Some(under_way.clone());
        }
        let until = state.failed.get(namespace).copied().max(state.paused_until);
        if until.is_some_and(|until| now < until) {
            return None;
        }
        let (answered, answer) = watch::channel(None);
        state.under_way.insert(namespace.into(), answer.clone());
        let (inner, namespace) = (Arc::clone(self), namespace.to_owned());
        tokio::spawn(async move {
            let found = inner.hub.badge(&namespace).await;
            let badge = inner.take_in(&namespace, found).await;
            inner.asking.lock().under_way.remove(namespace.as_str());
            // Those who waited may have gone away.
            let _ = answered.send(Some(badge));
        });
        Some(answer)
    }

    async fn take_in(&self, namespace: &str, found: Result<Badge, HubError>) -> Answer {
        match found {
            Ok(badge) => {
                self.asking.lock().failed.remove(namespace);
                let learnt = LearntBadge {
                    namespace: namespace.to_owned(),
                    badge,
                    learnt_at: self.now(),
                    source: LearntFrom::Asked,
                };
                self.memory.keep(&learnt, learnt.learnt_at);
                if let Err(error) = self.store.save_badges(&[learnt]).await {
                    tracing::warn!(namespace, %error, "a category was learnt and could not be saved");
                }
                Some(badge)
            }
            Err(error) => {
                tracing::warn!(namespace, %error, "a category could not be learnt");
                self.note_failure(namespace, &error);
                None
            }
        }
    }

    fn note_failure(&self, namespace: &str, error: &HubError) {
        let now = self.now();
        let later = |wait: Duration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let mut state = self.asking.lock();
        match error {
            HubError::Away(_) => state.paused_until = Some(later(PAUSE)),
            HubError::Throttled { retry_after } => {
                let wait = retry_after.unwrap_or(PAUSE).min(LONGEST_PAUSE);
                state.paused_until = Some(later(wait));
            }
            HubError::Senseless(_) | HubError::Address { .. } => {}
        }
        if state.failed.len() >= MOST_FAILURES {
            state.failed.retain(|_, until| now < *until);
        }
        if state.failed.len() < MOST_FAILURES {
            let until = later(self.settings.retry_after_failure);
            state.failed.insert(namespace.into(), until);
        }
    }
}
