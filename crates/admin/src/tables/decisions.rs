//! Decisions as rows.

use pullgate_store::DecisionRecord;

/// The columns of a table of decisions.
pub(super) const COLUMNS: [&str; 17] = [
    "id",
    "at",
    "count",
    "subject",
    "person",
    "organization",
    "client",
    "address",
    "action",
    "repository",
    "reference",
    "digest",
    "category",
    "badge",
    "rule",
    "outcome",
    "team",
];

/// A decision's row in it.
pub(super) fn cells(record: &DecisionRecord) -> [String; COLUMNS.len()] {
    [
        record.id.to_string(),
        record.at.to_string(),
        record.count.to_string(),
        record.subject.clone(),
        record.person.map(|id| id.to_string()).unwrap_or_default(),
        record
            .organization
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        record.client.clone(),
        record.address.clone(),
        record.action.clone(),
        record.repository.to_string(),
        record.reference.clone().unwrap_or_default(),
        record.digest.clone().unwrap_or_default(),
        record.category.to_string(),
        record.badge.to_string(),
        record.rule.to_string(),
        record.outcome.to_string(),
        record
            .team
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    ]
}
