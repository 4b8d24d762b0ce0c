//! A decision, and the guard that records it.

use std::ops::Deref;
use std::sync::Arc;

use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName, Verdict};
use pullgate_reference::{Digest, Repository};

use crate::entry::Entry;
use crate::recorder::Recorder;

/// What was decided, for whom it may concern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The repository that was decided on.
    pub repository: Repository,
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that decided.
    pub rule: Rule,
    /// The category, seen from the organization that decided.
    pub category: Category,
    /// What was known of the namespace on Docker Hub.
    pub badge: Badge,
    /// The organization whose policy decided; none if there is no such.
    pub organization: Option<OrganizationName>,
    /// The team on whose addition or exception the decision rests.
    pub team: Option<TeamName>,
}

impl Decision {
    pub(crate) fn new(repository: &Repository, verdict: &Verdict<'_>) -> Self {
        Self {
            repository: repository.clone(),
            outcome: verdict.outcome,
            rule: verdict.rule,
            category: verdict.category,
            badge: verdict.badge,
            organization: verdict.organization.cloned(),
            team: verdict.team.cloned(),
        }
    }

    /// Whether the pull goes on.
    pub fn permits(&self) -> bool {
        self.verdict().permits()
    }

    /// The decision as the rules gave it.
    pub fn verdict(&self) -> Verdict<'_> {
        Verdict {
            outcome: self.outcome,
            rule: self.rule,
            category: self.category,
            badge: self.badge,
            organization: self.organization.as_ref(),
            team: self.team.as_ref(),
        }
    }

    /// One line for a person: what, by which rule of which organization, and
    /// what to do next. `console` is where access can be requested.
    pub fn sentence(&self, console: Option<&str>) -> String {
        self.verdict().sentence(&self.repository, console)
    }
}

/// A decision that records itself when it is dropped.
///
/// Keep it until the digest that a tag names is known, so that the log says
/// what was really served.
#[derive(Debug)]
#[must_use = "dropping it at once records the decision without the digest that was served"]
pub struct Checked {
    entry: Entry,
    recorder: Arc<Recorder>,
    own_namespace_of: Option<OrganizationName>,
}

impl Checked {
    pub(crate) fn new(
        entry: Entry,
        recorder: Arc<Recorder>,
        own_namespace_of: Option<OrganizationName>,
    ) -> Self {
        Self {
            entry,
            recorder,
            own_namespace_of,
        }
    }

    /// Says which digest was found and is about to be served.
    pub fn found(&mut self, digest: &Digest) {
        self.entry.digest = Some(digest.clone());
    }

    /// The organization of the subject's in whose namespace the repository
    /// lies, if any, and if the subject's credential reaches what is private
    /// there: only then may that organization's credentials be used.
    pub fn own_namespace_of(&self) -> Option<&OrganizationName> {
        self.own_namespace_of.as_ref()
    }
}

impl Deref for Checked {
    type Target = Decision;

    fn deref(&self) -> &Decision {
        &self.entry.decision
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        self.recorder.record(&self.entry);
    }
}
