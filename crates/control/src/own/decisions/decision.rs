//! A decision, as it is shown.

use jiff::Timestamp;
use pullgate_admin::DecisionRecord;
use pullgate_identity::PersonId;
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A decision that was made about a pull, or several that were equal in all of
/// this within the same moment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedDecision {
    /// Which it is.
    id: Uuid,
    /// When it was made; the first, of several.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How many there were.
    count: u32,
    /// Who asked: `person:mia`, `token:acme/ci`, `anonymous:acme`.
    subject: String,
    /// The person's id; null for a machine.
    #[schema(required)]
    person: Option<Uuid>,
    /// The organization whose policy decided.
    #[schema(required, value_type = Option<String>)]
    organization: Option<OrganizationName>,
    /// What the client calls itself.
    client: String,
    /// From which address it asked.
    address: String,
    /// What was asked for: `manifest`, `blob`, `tags`, `referrers`.
    action: String,
    /// From which repository.
    repository: String,
    /// The tag or the digest that was asked for.
    #[schema(required)]
    reference: Option<String>,
    /// The digest that was decided on, if it was known.
    #[schema(required)]
    digest: Option<String>,
    /// The category, seen from the organization.
    category: Category,
    /// What was known of the namespace on Docker Hub.
    badge: Badge,
    /// The rule that decided.
    rule: Rule,
    /// How it ended.
    outcome: Outcome,
    /// The team on whose addition or exception it rests.
    #[schema(required, value_type = Option<String>)]
    team: Option<TeamName>,
}

impl From<DecisionRecord> for RecordedDecision {
    fn from(record: DecisionRecord) -> Self {
        Self {
            id: record.id,
            at: record.at,
            count: record.count,
            subject: record.subject,
            person: record.person.map(PersonId::as_uuid),
            organization: record.organization,
            client: record.client,
            address: record.address,
            action: record.action,
            repository: record.repository.to_string(),
            reference: record.reference,
            digest: record.digest,
            category: record.category,
            badge: record.badge,
            rule: record.rule,
            outcome: record.outcome,
            team: record.team,
        }
    }
}
