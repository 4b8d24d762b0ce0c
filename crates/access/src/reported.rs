//! Decisions that were made elsewhere, by a bundle, while this could not be
//! asked.

use jiff::Timestamp;
use pullgate_identity::Subject;
use pullgate_policy::Verdict;

use crate::decision::Decision;
use crate::door::Door;
use crate::entry::Entry;
use crate::pull::Pull;

/// A decision of then.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'r> {
    /// When it was made.
    pub at: Timestamp,
    /// What was asked.
    pub pull: Pull<'r>,
    /// What was decided.
    pub verdict: Verdict<'r>,
}

impl Door {
    /// Records what was decided elsewhere for somebody. It is a report and no
    /// decision: nothing is decided by it here.
    ///
    /// Somebody else's organization is not named in the record, whatever the
    /// report says: a person can write into their own organizations' logs
    /// alone.
    pub fn take_report(&self, subject: &Subject, reported: &Reported<'_>) {
        let directory = self.identity.directory();
        let mut decision = Decision::new(reported.pull.repository, &reported.verdict);
        let belongs = |name: &_| directory.memberships(subject).any(|(one, ..)| one == name);
        if !decision.organization.as_ref().is_some_and(belongs) {
            decision.organization = None;
            decision.team = None;
        }
        // What is told of the future happened now.
        let at = reported.at.min((self.clock)());
        let entry = Entry::new(decision, subject, &reported.pull);
        self.recorder.record_at(&entry, at);
    }
}
