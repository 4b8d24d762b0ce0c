//! The door itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use pullgate_catalog::Catalog;
use pullgate_identity::{Identity, Reach, Subject};
use pullgate_policy::{
    Badge, Membership, OrganizationName, Question, Role, TeamName, Verdict, decide,
    refuse_stranger, refuse_unlisted, refuse_unreadable,
};
use pullgate_reference::Repository;
use pullgate_store::{Store, StoreError};
use tokio::sync::Semaphore;

use crate::decision::{Checked, Decision};
use crate::entry::Entry;
use crate::loading::Loading;
use crate::policies::Policies;
use crate::pull::Pull;
use crate::recorder::Recorder;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// By how much the clock may be set back without notice, in milliseconds.
const CLOCK_SLACK: i64 = 5_000;

/// How many drafts are tried out on past decisions at the same time.
const REPLAYS_AT_ONCE: usize = 2;

/// How the door behaves when the store is away.
#[derive(Clone, Copy, Debug)]
pub struct DoorSettings {
    /// How long the last known policy goes on deciding while the store cannot
    /// be asked. After that everything is denied.
    pub hold_policy: Duration,
}

impl Default for DoorSettings {
    fn default() -> Self {
        Self {
            hold_policy: Duration::from_mins(15),
        }
    }
}

/// By which policies is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// By those of the store.
    Current,
    /// The store cannot be asked: by the last that it confirmed.
    Held {
        /// Why it cannot be asked.
        why: Arc<String>,
        /// Until when they hold, unless it answers before.
        until: Timestamp,
    },
    /// By none: everything is denied, for the store has not confirmed any for
    /// too long.
    Expired {
        /// Since when.
        since: Timestamp,
    },
}

/// The one place where it is decided who may pull what.
pub struct Door {
    pub(crate) store: Store,
    pub(crate) identity: Arc<Identity>,
    pub(crate) policies: ArcSwap<Policies>,
    /// When the store last said that the policies are the current ones, in
    /// milliseconds since 1970.
    pub(crate) confirmed_at: AtomicI64,
    /// Why the store cannot be asked, while it cannot.
    pub(crate) away: ArcSwapOption<String>,
    pub(crate) loading: Loading,
    pub(crate) clock: Clock,
    /// Turns in which drafts are tried out on past decisions.
    pub(crate) replays: Arc<Semaphore>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) recorder: Arc<Recorder>,
    settings: DoorSettings,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Door")
            .field("generation", &self.policies.load().generation)
            .finish_non_exhaustive()
    }
}

impl Door {
    /// Opens the door with the policies that the store holds.
    pub async fn open(
        store: Store,
        identity: Arc<Identity>,
        catalog: Arc<Catalog>,
        recorder: Arc<Recorder>,
        clock: Clock,
        settings: DoorSettings,
    ) -> Result<Self, StoreError> {
        let door = Self {
            store,
            identity,
            policies: ArcSwap::from_pointee(Policies::new(0, [])),
            confirmed_at: AtomicI64::new(0),
            away: ArcSwapOption::empty(),
            loading: Loading::default(),
            clock,
            replays: Arc::new(Semaphore::new(REPLAYS_AT_ONCE)),
            catalog,
            recorder,
            settings,
        };
        door.reload().await?;
        Ok(door)
    }

    /// Decides whether the subject may pull, and records it.
    ///
    /// Waits for Docker Hub only where its answer could change the decision.
    pub async fn check(&self, subject: &Subject, pull: &Pull<'_>) -> Checked {
        let decision = self.decide(subject, pull.repository).await;
        let own_namespace_of = if decision.permits() {
            self.own_namespace_of(subject, pull.repository)
        } else {
            None
        };
        let entry = Entry::new(decision, subject, pull);
        Checked::new(entry, Arc::clone(&self.recorder), own_namespace_of)
    }

    /// Decides as [`Door::check`] does, for somebody who only wants to know:
    /// nothing is recorded.
    pub async fn explain(&self, subject: &Subject, repository: &Repository) -> Decision {
        self.decide(subject, repository).await
    }

    /// By which policies is decided at this moment.
    pub fn standing(&self) -> Standing {
        let confirmed = self.confirmed_at.load(Ordering::Relaxed);
        let hold = i64::try_from(self.settings.hold_policy.as_millis()).unwrap_or(i64::MAX);
        let end = Timestamp::from_millisecond(confirmed.saturating_add(hold));
        let end = end.unwrap_or(Timestamp::MAX);
        if self.is_stale((self.clock)()) {
            return Standing::Expired { since: end };
        }
        match self.away.load_full() {
            None => Standing::Current,
            Some(why) => Standing::Held { why, until: end },
        }
    }

    /// Explains to an owner what holds for somebody else: by the policies of
    /// those organizations alone, for what others decide is not theirs to know.
    pub async fn explain_within(
        &self,
        organizations: &[OrganizationName],
        subject: &Subject,
        repository: &Repository,
    ) -> Decision {
        let badge = self.catalog.learn(repository).await.badge;
        self.judge_within(Some(organizations), subject, repository, badge)
    }

    async fn decide(&self, subject: &Subject, repository: &Repository) -> Decision {
        let known = self.catalog.known(repository);
        let decision = self.judge(subject, repository, known.badge);
        if self.catalog.is_fresh(&known) {
            return decision;
        }
        // Nobody is told that Docker Hub could not say before it was asked.
        if decision.verdict().rests_on_badge()
            || self.another_badge_decides(subject, repository, &decision)
        {
            let learnt = self.catalog.learn(repository).await;
            return self.judge(subject, repository, learnt.badge);
        }
        // Strangers do not make Docker Hub be asked about names of their choosing.
        if matches!(subject, Subject::Stranger) {
            return decision;
        }
        // The answer cannot change this decision, but the log and the next
        // person are better off with it.
        let catalog = Arc::clone(&self.catalog);
        let repository = repository.clone();
        tokio::spawn(async move { catalog.learn(&repository).await });
        decision
    }

    /// The decision by the policies of this moment.
    fn judge(&self, subject: &Subject, repository: &Repository, badge: Badge) -> Decision {
        self.judge_within(None, subject, repository, badge)
    }

    /// The decision by the policies of this moment, of all organizations or of
    /// some.
    fn judge_within(
        &self,
        organizations: Option<&[OrganizationName]>,
        subject: &Subject,
        repository: &Repository,
        badge: Badge,
    ) -> Decision {
        let asked = |(organization, ..): &(&OrganizationName, _, _)| {
            organizations.is_none_or(|asked| asked.contains(organization))
        };
        let at = (self.clock)();
        let policies = self.policies.load();
        let directory = self.identity.directory();
        let question = Question {
            repository,
            badge,
            person: subject.username(),
            at,
        };
        let verdict = if self.is_stale(at) {
            refuse_unreadable(&question, None)
        } else if directory.reach(subject, repository).is_none() {
            let organization = directory.memberships(subject).next();
            refuse_unlisted(
                &question,
                organization.map(|(organization, ..)| organization),
            )
        } else {
            let memberships = directory.memberships(subject).filter(asked);
            judge_by(&policies, &question, subject, memberships)
        };
        Decision::new(repository, &verdict)
    }

    /// Whether another badge would have led to another outcome, or would deny
    /// by another rule, for who is denied reads why: only then is it worth
    /// waiting for Docker Hub.
    fn another_badge_decides(
        &self,
        subject: &Subject,
        repository: &Repository,
        decision: &Decision,
    ) -> bool {
        const BADGES: [Badge; 3] = [Badge::VerifiedPublisher, Badge::SponsoredOss, Badge::None];
        BADGES.into_iter().any(|badge| {
            let other = self.judge(subject, repository, badge);
            other.outcome != decision.outcome
                || (!decision.permits() && other.rule != decision.rule)
        })
    }

    /// The organization of the subject's that owns the repository's namespace,
    /// for a credential that reaches more of it than what anybody may see.
    fn own_namespace_of(
        &self,
        subject: &Subject,
        repository: &Repository,
    ) -> Option<OrganizationName> {
        let policies = self.policies.load();
        let directory = self.identity.directory();
        if directory.reach(subject, repository) != Some(Reach::All) {
            return None;
        }
        directory
            .memberships(subject)
            .find(|(organization, ..)| {
                policies
                    .of(organization)
                    .is_some_and(|policy| policy.owns(repository))
            })
            .map(|(organization, ..)| organization.clone())
    }

    /// Whether the store has not confirmed the policies for too long. A clock
    /// that was set back makes them so, too, until the store confirms again.
    pub(crate) fn is_stale(&self, at: Timestamp) -> bool {
        let age = at.as_millisecond() - self.confirmed_at.load(Ordering::Relaxed);
        match u128::try_from(age) {
            Ok(age) => age > self.settings.hold_policy.as_millis(),
            Err(_) => age < -CLOCK_SLACK,
        }
    }
}

/// Asks every organization of the subject's. One whose policy cannot be read
/// denies, for its owners too: nobody can say who is exempt from what.
fn judge_by<'p>(
    policies: &'p Policies,
    question: &Question<'_>,
    subject: &Subject,
    memberships: impl Iterator<Item = (&'p OrganizationName, Role, &'p [TeamName])> + Clone,
) -> Verdict<'p> {
    if matches!(subject, Subject::Stranger) {
        return refuse_stranger(question);
    }
    let unreadable = memberships
        .clone()
        .find(|(organization, ..)| policies.of(organization).is_none());
    if let Some((organization, ..)) = unreadable {
        return refuse_unreadable(question, Some(organization));
    }
    let memberships = memberships.filter_map(|(organization, role, teams)| {
        policies.of(organization).map(|policy| Membership {
            policy,
            role,
            teams,
        })
    });
    decide(question, memberships)
}
