//! What would be decided about an image, and why.

use axum::Json;
use axum::extract::State;
use pullgate_access::Decision;
use pullgate_identity::{Reach, Subject, Via};
use pullgate_policy::{Badge, Category, OrganizationName, Outcome, Role, Rule, TeamName, Username};
use pullgate_reference::Reference;
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
    /// The image, as one would type it.
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
    SignedIn(asker): SignedIn,
    Asked(question): Asked<Question>,
) -> Result<Json<Explanation>, Problem> {
    let reference: Reference = question.image.parse().map_err(|error| {
        Problem::bad_request(format!("{:?} is not an image: {error}", question.image))
    })?;
    let repository = reference.repository();
    let (subject, decision) = match &question.person {
        None => {
            let decision = shared.door.explain(&asker, &repository).await;
            (asker, decision)
        }
        Some(name) => {
            let (subject, shared_with) = other_person(&shared, &asker, name)?;
            let door = &shared.door;
            let decision = door
                .explain_within(&shared_with, &subject, &repository)
                .await;
            (subject, decision)
        }
    };
    Ok(Json(Explanation::new(
        &question.image,
        &subject,
        &decision,
        shared.console.as_deref(),
    )))
}

/// Somebody else, with the organizations of theirs that the one who asks owns.
/// Whether there is such a person is told to nobody else.
fn other_person(
    shared: &Shared,
    asker: &Subject,
    name: &str,
) -> Result<(Subject, Vec<OrganizationName>), Problem> {
    let refused = || {
        Problem::forbidden(format!(
            "you can ask for yourself, and for the members of an organization that you own; {name:?} is not among them"
        ))
    };
    let username: Username = name.parse().map_err(|_| refused())?;
    let directory = shared.identity.directory();
    let person = directory
        .person_named(username.as_str())
        .ok_or_else(refused)?;
    let subject = Subject::Person {
        id: person.id,
        username,
        epoch: person.credentials_epoch,
        via: Via::Password,
        reach: Reach::All,
    };
    let owned = |organization: &OrganizationName| {
        directory
            .memberships(asker)
            .any(|(name, role, _)| role == Role::Owner && name == organization)
    };
    let shared_with: Vec<OrganizationName> = directory
        .memberships(&subject)
        .map(|(organization, ..)| organization)
        .filter(|organization| owned(organization))
        .cloned()
        .collect();
    if shared_with.is_empty() {
        return Err(refused());
    }
    Ok((subject, shared_with))
}
