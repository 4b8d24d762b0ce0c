//! A change of a policy, looked at before it is made: what would be
//! different, and for whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use pullgate_access::Seen;
use pullgate_policy::{OrganizationName, Settings};
use pullgate_reference::Pattern;
use pullgate_store::WholePolicy;
use tokio::task::JoinSet;

use crate::admin::{Admin, Result};
use crate::caller::Caller;
use crate::error::AdminError;
use crate::expected::Expected;
use crate::policy_change::PolicyChange;
use crate::policy_history::PastChange;
use crate::preview::{Period, Preview};

/// The longest period that a change is tried out on, in days.
const MOST_DAYS: u32 = 90;

/// How many repositories, people and teams a review names of each.
const NAMED: u32 = 10;

/// Of how many entries Docker Hub is asked about the namespace.
const ASKED: usize = 20;

/// How many of the changes made meanwhile are told.
const MEANWHILE: u32 = 10;

/// A change of a policy before it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The settings as they are.
    pub before: Settings,
    /// As they would be.
    pub after: Settings,
    /// The version of the settings that this was looked at with.
    pub version: i64,
    /// The entries of the allowlist that are added or removed.
    pub entries: Vec<ReviewedEntry>,
    /// The changes of the settings that others have made since the version
    /// that the change began with, newest first.
    pub meanwhile: Vec<PastChange>,
    /// Whom and what it would be different for.
    pub preview: Preview,
}

/// An entry of the allowlist that is added or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedEntry {
    /// Which images.
    pub pattern: Pattern,
    /// Why they are on it.
    pub note: String,
    /// What category they have, were they not on the list.
    pub seen: Seen,
    /// Whether the list has to be changed for it: one that is added is not
    /// there yet, one that is removed is.
    pub is_change: bool,
}

impl Review {
    /// Whether nothing would be changed.
    pub fn is_empty(&self) -> bool {
        self.before == self.after && self.entries.iter().all(|entry| !entry.is_change)
    }
}

impl Admin {
    /// What a change would do, tried out on the decisions of so many days up
    /// to now; for owners. Changes nothing. `begun` is the version of the
    /// settings that the change began with.
    pub async fn review_change(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        change: &PolicyChange,
        begun: i64,
        days: u32,
    ) -> Result<Review> {
        self.owner(caller, organization)?;
        change.check()?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AdminError::Invalid(format!(
                "a change is tried out on 1 to {MOST_DAYS} days"
            )));
        }
        self.learn_about(change).await;
        let policy = self.whole_policy(organization).await?;
        let drafted = change.on(policy.clone());
        let refused = |error: pullgate_policy::SettingsError| error.to_string();
        drafted
            .settings
            .check()
            .map_err(|error| AdminError::Invalid(refused(error)))?;
        let made = policy.version.saturating_sub(begun);
        let meanwhile = self.settings_changes(organization, made).await?;
        let (before, after) = (policy.settings.clone(), drafted.settings.clone());
        let (version, entries) = (policy.version, self.entries(organization, change, &policy));
        let now = self.now();
        let length = SignedDuration::from_hours(24 * i64::from(days));
        let period = Period {
            since: now.checked_sub(length).unwrap_or(now),
            until: now,
            open: true,
        };
        let preview = self
            .tried(organization, [policy, drafted], period, NAMED)
            .await?;
        Ok(Review {
            before,
            after,
            version,
            entries,
            meanwhile,
            preview,
        })
    }

    /// Makes a change that was looked at; for owners. A change of settings is
    /// refused as outdated if they have another version meanwhile. What is
    /// added to a list, or removed from it, has no need of that: it changes
    /// nothing that somebody else has done.
    pub async fn make_change(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
        change: &PolicyChange,
        version: i64,
    ) -> Result<()> {
        change.check()?;
        match change {
            PolicyChange::Settings(edit) => {
                let expected = Expected::OneOf(vec![version.to_string()]);
                let apply = |settings: &mut Settings| edit.apply(settings);
                self.change_settings(caller, organization, &expected, apply)
                    .await?;
            }
            PolicyChange::Allow(entries) => {
                self.add_to_allowlist(caller, organization, entries).await?;
            }
            PolicyChange::Disallow(patterns) => {
                self.remove_from_allowlist(caller, organization, patterns)
                    .await?;
            }
        }
        Ok(())
    }

    /// The latest changes of the settings, so many of them.
    async fn settings_changes(
        &self,
        organization: &OrganizationName,
        made: i64,
    ) -> Result<Vec<PastChange>> {
        let most = usize::try_from(made).unwrap_or_default();
        if most == 0 {
            return Ok(Vec::new());
        }
        let latest = self.store.policy_changes(organization, None, MEANWHILE);
        let of_settings = latest.await?.into_iter().filter(|change| {
            let state = change.after.as_ref();
            let holds = |name| state.is_some_and(|state| state.get(name).is_some());
            holds("settings") || holds("iam")
        });
        Ok(of_settings.take(most).map(PastChange::told).collect())
    }

    /// Asks Docker Hub about the namespaces that come on the list, where it is
    /// not known yet what they are.
    async fn learn_about(&self, change: &PolicyChange) {
        let PolicyChange::Allow(entries) = change else {
            return;
        };
        let mut namespaces = BTreeSet::new();
        let mut asking = JoinSet::new();
        let on_hub = entries.keys().filter(|pattern| {
            let namespace = pattern.namespace().map(str::to_owned);
            pattern.registry().is_docker_hub() && namespaces.insert(namespace)
        });
        for sample in on_hub
            .filter_map(|pattern| pattern.samples().into_iter().next())
            .take(ASKED)
        {
            let catalog = Arc::clone(&self.catalog);
            asking.spawn(async move { catalog.learn(&sample).await });
        }
        while asking.join_next().await.is_some() {}
    }

    fn entries(
        &self,
        organization: &OrganizationName,
        change: &PolicyChange,
        policy: &WholePolicy,
    ) -> Vec<ReviewedEntry> {
        let entry = |pattern: &Pattern, note: &str, is_change| ReviewedEntry {
            pattern: pattern.clone(),
            note: note.to_owned(),
            seen: self.door.see(organization, pattern),
            is_change,
        };
        match change {
            PolicyChange::Settings(_) => Vec::new(),
            PolicyChange::Allow(entries) => entries
                .iter()
                .map(|(pattern, note)| {
                    let there = policy.allowlist.get(pattern);
                    entry(pattern, there.unwrap_or(note), there.is_none())
                })
                .collect(),
            PolicyChange::Disallow(patterns) => patterns
                .iter()
                .map(|pattern| {
                    let there = policy.allowlist.get(pattern);
                    entry(pattern, there.map_or("", String::as_str), there.is_some())
                })
                .collect(),
        }
    }
}
