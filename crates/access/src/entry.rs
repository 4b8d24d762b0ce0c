//! What the log remembers of one decision.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use pullgate_identity::Subject;
use pullgate_reference::{Digest, Target};
use pullgate_store::DecisionRecord;
use uuid::Uuid;

use crate::decision::Decision;
use crate::pull::{Action, Pull};

/// The longest client name that is kept, in bytes.
const MAX_CLIENT: usize = 200;

/// One decision as the log counts it: all that are equal within one batch
/// become one record with a count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) decision: Decision,
    pub(crate) subject: Subject,
    pub(crate) action: Action,
    pub(crate) target: Option<Target>,
    pub(crate) digest: Option<Digest>,
    pub(crate) client: Arc<str>,
    pub(crate) address: IpAddr,
}

impl Entry {
    pub(crate) fn new(decision: Decision, subject: &Subject, pull: &Pull<'_>) -> Self {
        // What a stranger asked for beyond the repository changes nothing, and
        // would let anybody write as many records as they can make up tags.
        let target = pull
            .target
            .filter(|_| !matches!(subject, Subject::Stranger));
        Self {
            decision,
            subject: subject.clone(),
            action: pull.action,
            target: target.cloned(),
            digest: match target {
                Some(Target::Digest(digest)) => Some(digest.clone()),
                Some(Target::Tag(_)) | None => None,
            },
            client: shortened(pull.client).into(),
            address: pull.address,
        }
    }

    /// Whether it is about somebody who has not signed in.
    pub(crate) fn is_of_stranger(&self) -> bool {
        matches!(self.subject, Subject::Stranger)
    }

    /// The record to be kept: so many equal decisions, the first of them at
    /// that moment.
    pub(crate) fn into_record(self, at: Timestamp, count: u32) -> DecisionRecord {
        DecisionRecord {
            id: Uuid::now_v7(),
            at,
            count,
            subject: self.subject.to_string(),
            person: match self.subject {
                Subject::Person { id, .. } => Some(id),
                _ => None,
            },
            organization: self.decision.organization,
            client: self.client.to_string(),
            address: self.address.to_string(),
            action: self.action.as_str().to_owned(),
            repository: self.decision.repository,
            reference: self.target.map(|target| target.to_string()),
            digest: self.digest.map(|digest| digest.to_string()),
            category: self.decision.category,
            badge: self.decision.badge,
            rule: self.decision.rule,
            outcome: self.decision.outcome,
            team: self.decision.team,
        }
    }
}

fn shortened(client: &str) -> &str {
    let mut end = client.len().min(MAX_CLIENT);
    while !client.is_char_boundary(end) {
        end -= 1;
    }
    &client[..end]
}
