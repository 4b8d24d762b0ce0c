//! A policy tested: whether it decides what its owners mean it to.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use pullgate_admin::{Case, FileKind, PolicyTest, Tested};
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Rule, TeamName};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::policy::described;
use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::document::{Document, LARGEST};
use crate::input::Names;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(test_policy))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// What is sent, as it is described: by the shape that its reader follows.
struct PolicyTestDocument;

impl ToSchema for PolicyTestDocument {}

impl PartialSchema for PolicyTestDocument {
    fn schema() -> RefOr<Schema> {
        described(FileKind::Test)
    }
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTestReport {
    /// How many cases are as they should be.
    pub passed: usize,
    /// How many are not.
    pub failed: usize,
    /// What became of each, in their order.
    pub results: Vec<TestedCase>,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestedCase {
    /// The image.
    pub image: String,
    /// Who was supposed to pull it: `user mia`, `team data`, `role member`.
    pub who: String,
    /// Why it matters, as the case says.
    #[schema(required)]
    pub why: Option<String>,
    /// What is not as it should be; null if all is.
    #[schema(required)]
    pub failure: Option<String>,
    /// What was decided; null for somebody who is not there.
    #[schema(required)]
    pub decision: Option<TestDecision>,
}

/// What was decided in a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestDecision {
    /// How the name is read.
    pub repository: String,
    /// Allowed, monitored (allowed, and would be denied if enforced) or denied.
    pub outcome: Outcome,
    /// The rule that decides.
    pub rule: Rule,
    /// The category, seen from the organization.
    pub category: Category,
    /// What is known of the namespace on Docker Hub.
    pub badge: Badge,
    /// The team on which it rests.
    #[schema(required, value_type = Option<String>)]
    pub team: Option<TeamName>,
    /// All that in a sentence.
    pub sentence: String,
}

impl PolicyTestReport {
    /// Puts what became of the cases together. `console` is where access can
    /// be requested.
    pub fn new(cases: &[Case], tested: Vec<Tested>, console: Option<&str>) -> Self {
        let failed = tested.iter().filter(|tested| tested.failure.is_some());
        let failed = failed.count();
        let results = cases.iter().zip(tested).map(|(case, tested)| TestedCase {
            image: case.image.as_str().to_owned(),
            who: case.who(),
            why: case.why.clone(),
            failure: tested.failure,
            decision: tested.decision.map(|decision| TestDecision {
                repository: decision.repository.to_string(),
                outcome: decision.outcome,
                rule: decision.rule,
                category: decision.category,
                badge: decision.badge,
                team: decision.team.clone(),
                sentence: decision.sentence(console),
            }),
        });
        Self {
            passed: cases.len() - failed,
            failed,
            results: results.collect(),
        }
    }
}

/// Test a policy
///
/// Decides each case and compares: by the policy as it is, or by one that has
/// not been applied. Asking is no pull: nothing is recorded, and nothing
/// changed. For owners.
#[utoipa::path(
    post,
    path = "/api/v1/orgs/{org}/policy/test",
    tag = "policy",
    params(("org" = String, Path, description = "The organization's name.")),
    request_body(
        content(
            (PolicyTestDocument = "application/json"),
            (PolicyTestDocument = "application/yaml"),
        ),
        description = "The cases and, perhaps, the policy they are for.",
    ),
    responses((status = 200, description = "What became of each.", body = PolicyTestReport)),
)]
async fn test_policy(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Document(text): Document,
) -> Result<Json<PolicyTestReport>, Problem> {
    let caller = signed_in.caller();
    shared.admin.may_test(&caller, &organization)?;
    let wanted =
        PolicyTest::read(&text).map_err(|error| Problem::bad_request(error.to_string()))?;
    let tested = shared
        .admin
        .test_policy(&caller, &organization, &wanted)
        .await?;
    let console = shared.console.as_deref();
    Ok(Json(PolicyTestReport::new(&wanted.cases, tested, console)))
}
