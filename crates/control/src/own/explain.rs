//! What would be decided about an image, and why.

use axum::Json;
use axum::extract::State;
use pullgate_access::Decision;
use pullgate_identity::Subject;
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::Asked;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(explain))
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The image, as one would type it, through this gateway or not.
    image: String,
    /// For whom; the one who asks if it is left out.
    #[serde(rename = "as")]
    person: Option<String>,
}

/// What would be decided about an image, and why. Asking is no pull: it is
/// not recorded as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// What was asked.
    pub image: String,
    /// For whom: `person:mia`.
    pub subject: String,
    /// How the name is read.
    pub repository: String,
    /// Allowed, monitored (allowed, and would be denied if enforced) or denied.
    pub outcome: Outcome,
    /// The rule that decides.
    pub rule: Rule,
    /// The category, seen from the organization that decides.
    pub category: Category,
    /// What is known of the namespace on Docker Hub.
    pub badge: Badge,
    /// The organization whose policy decides.
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationName>,
    /// The team on which it rests.
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamName>,
    /// All that in a sentence.
    pub sentence: String,
}

impl Explanation {
    /// Puts a decision into words.
    pub fn new(image: &str, subject: &Subject, decision: &Decision, console: Option<&str>) -> Self {
        Self {
            image: image.to_owned(),
            subject: subject.to_string(),
            repository: decision.repository.to_string(),
            outcome: decision.outcome,
            rule: decision.rule,
            category: decision.category,
            badge: decision.badge,
            organization: decision.organization.clone(),
            team: decision.team.clone(),
            sentence: decision.sentence(console),
        }
    }
}

/// What would be decided about an image, and why
///
/// For oneself, and for a member of an organization that one owns.
#[utoipa::path(
    get,
    path = "/api/v1/explain",
    tag = "decisions",
    params(Question),
    responses((status = 200, description = "The decision.", body = Explanation)),
)]
async fn explain(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Asked(question): Asked<Question>,
) -> Result<Json<Explanation>, Problem> {
    let explained = shared
        .admin
        .explain(
            &signed_in.caller(),
            &question.image,
            question.person.as_deref(),
        )
        .await?;
    Ok(Json(Explanation::new(
        &question.image,
        &explained.subject,
        &explained.decision,
        shared.console.as_deref(),
    )))
}
