//! A change and a denial, as an audit log tells them.

use std::collections::BTreeMap;

use pullgate_policy::{OrganizationName, Verdict};
use pullgate_store::{Actor, ChangeRecord, DecisionRecord};
use serde_json::Value as Json;

use super::AuditEntry;
use super::actions::{PULL_DENIED, full_name};
use crate::difference::differences;

/// The longest description, in characters.
const LONGEST: usize = 500;

/// What a change is told as, in the log of an account.
pub(super) fn change(account: &str, change: &ChangeRecord) -> AuditEntry {
    let mut data = BTreeMap::new();
    data.insert("subject".to_owned(), change.subject.clone());
    for (name, state) in [("before", &change.before), ("after", &change.after)] {
        if let Some(state) = state {
            data.insert(name.to_owned(), text(state));
        }
    }
    AuditEntry {
        account: account.to_owned(),
        action: full_name(change),
        name: name(change),
        actor: actor(&change.actor),
        data,
        at: change.at,
        description: describe(change),
    }
}

/// Who it was: a person by name.
pub(super) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person(username) => username.to_string(),
        other => other.to_string(),
    }
}

/// What an event is about, as Docker Hub has it: a member by their name, else
/// the organization.
fn name(change: &ChangeRecord) -> String {
    let word = change.action.as_str();
    let someone = match word {
        "team_member_added" => change.after.as_ref(),
        "team_member_removed" => change.before.as_ref(),
        _ => None,
    };
    if let Some(Json::String(someone)) = someone {
        return someone.clone();
    }
    match (&change.organization, word) {
        (_, "member_added" | "member_removed" | "role_changed") | (None, _) => {
            change.subject.clone()
        }
        (Some(organization), _) => organization.to_string(),
    }
}

pub(super) fn describe(change: &ChangeRecord) -> String {
    let subject = &change.subject;
    let before = change.before.as_ref().map(text).unwrap_or_default();
    let after = change.after.as_ref().map(text).unwrap_or_default();
    let told = match change.action.as_str() {
        "organization_created" => format!("created the organization {subject}"),
        "member_added" => format!("added {subject} as {after}"),
        "member_removed" => format!("removed {subject}"),
        "role_changed" => format!("changed the role of {subject} from {before} to {after}"),
        "team_created" => format!("created the team {subject}"),
        "team_deleted" => format!("deleted the team {subject}"),
        "team_member_added" => format!("added {after} to the team {subject}"),
        "team_member_removed" => format!("removed {before} from the team {subject}"),
        "namespace_added" => format!("gave the organization the namespace {subject}"),
        "namespace_removed" => format!("took the namespace {subject} from the organization"),
        "person_created" => format!("created the account {subject}"),
        "password_changed" => format!("set a new password for {subject}"),
        word => {
            let none = Json::Null;
            let (before, after) = (&change.before, &change.after);
            let different = differences(
                before.as_ref().unwrap_or(&none),
                after.as_ref().unwrap_or(&none),
            );
            let what = word.replace('_', " ");
            let about = if what.contains(subject.as_str()) {
                what
            } else {
                format!("{what}: {subject}")
            };
            if different.is_empty() {
                about
            } else {
                format!("{about} ({})", different.join("; "))
            }
        }
    };
    shortened(told)
}

/// What a denied pull is told as, in the log of an account.
pub(super) fn denial(account: &str, decision: &DecisionRecord) -> AuditEntry {
    let organization = decision
        .organization
        .as_ref()
        .map(OrganizationName::to_string);
    let mut data: BTreeMap<String, String> = [
        ("id", decision.id.to_string()),
        ("count", decision.count.to_string()),
        ("category", decision.category.to_string()),
        ("rule", decision.rule.to_string()),
        ("client", decision.client.clone()),
        ("address", decision.address.clone()),
        ("pull", decision.action.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for (name, value) in [
        ("organization", organization),
        ("reference", decision.reference.clone()),
        ("digest", decision.digest.clone()),
    ] {
        if let Some(value) = value {
            data.insert(name.to_owned(), value);
        }
    }
    let verdict = Verdict {
        outcome: decision.outcome,
        rule: decision.rule,
        category: decision.category,
        badge: decision.badge,
        organization: decision.organization.as_ref(),
        team: decision.team.as_ref(),
    };
    let subject = &decision.subject;
    AuditEntry {
        account: account.to_owned(),
        action: PULL_DENIED.full_name(),
        name: decision.repository.to_string(),
        actor: subject
            .strip_prefix("person:")
            .unwrap_or(subject)
            .to_owned(),
        data,
        at: decision.at,
        description: shortened(verdict.sentence(&decision.repository, None)),
    }
}

/// A text as it is, anything else as JSON.
fn text(state: &Json) -> String {
    match state {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn shortened(text: String) -> String {
    if text.chars().nth(LONGEST).is_none() {
        return text;
    }
    let mut text: String = text.chars().take(LONGEST - 1).collect();
    text.push('…');
    text
}
