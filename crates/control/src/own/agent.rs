//! What the agent on a machine asks, for the person who has signed in there.

use axum::Json;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode, header::USER_AGENT};
use jiff::Timestamp;
use pullgate_admin::{Caller, EngineAction, Machine, Report};
use pullgate_policy::{OrganizationName, Outcome, Rule, TeamName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Client, Shared};
use crate::authorized::SignedIn;
use crate::input::Body;
use crate::own::explain::Explanation;
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(decide))
        .routes(routes!(bundle))
        .routes(routes!(take_reports))
        .routes(routes!(renew))
}

/// What a Docker Engine is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineVerb {
    /// To pull from a registry.
    Pull,
    /// To make a container or a service.
    Run,
}

impl From<EngineVerb> for EngineAction {
    fn from(verb: EngineVerb) -> Self {
        match verb {
            EngineVerb::Pull => Self::Pull,
            EngineVerb::Run => Self::Run,
        }
    }
}

/// Which images are about to come in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineQuestion {
    /// The images, as the Engine names them.
    pub images: Vec<String>,
    /// What is to be done with them.
    pub action: EngineVerb,
}

/// What was decided about each.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EngineDecisions {
    /// In the order in which they were asked.
    pub decisions: Vec<Explanation>,
    /// The organizations that the person belongs to.
    #[schema(value_type = Vec<String>)]
    pub organizations: Vec<OrganizationName>,
}

/// What to decide by while the server is away.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MachineBundle {
    /// The policies, categories and exceptions that concern the person, as a
    /// JSON Web Signature. It says itself until when it decides.
    pub bundle: String,
    /// The keys to check it by, as a JSON Web Key Set.
    #[schema(value_type = Object)]
    pub keys: Value,
}

/// Decisions that a machine made by its bundle.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineReports {
    /// At most a thousand.
    pub reports: Vec<EngineReport>,
}

/// A decision that a machine made by its bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineReport {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The image, as the Engine names it.
    pub image: String,
    /// What the Engine was about to do.
    pub action: EngineVerb,
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that decided.
    pub rule: Rule,
    /// The organization whose policy decided.
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationName>,
    /// The team on which it rests.
    #[schema(value_type = Option<String>)]
    pub team: Option<TeamName>,
}

/// A session that takes the place of one that will end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RenewedSession {
    /// The session.
    pub token: String,
}

/// Decide whether images may come in
///
/// For the one who has signed in, by the policies of this moment. Each decision
/// is recorded. An image that is named by the gateway's address is the
/// upstream's that it stands for.
#[utoipa::path(
    post,
    path = "/api/v1/agent/decide",
    tag = "machines",
    request_body = EngineQuestion,
    responses((status = 200, description = "The decisions.", body = EngineDecisions)),
)]
async fn decide(
    State(shared): State<Shared>,
    SignedIn(subject): SignedIn,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Body(question): Body<EngineQuestion>,
) -> Result<Json<EngineDecisions>, Problem> {
    let caller = Caller::from(subject.clone());
    let machine = machine(&headers, client);
    let action = question.action.into();
    let admin = &shared.admin;
    let decided = admin
        .decide_on_machine(&caller, &question.images, action, machine)
        .await?;
    let console = shared.console.as_deref();
    let told = question.images.iter().zip(&decided);
    let directory = shared.identity.directory();
    let organizations = directory.memberships(&subject);
    Ok(Json(EngineDecisions {
        decisions: told
            .map(|(image, decision)| Explanation::new(image, &subject, decision, console))
            .collect(),
        organizations: organizations.map(|(name, ..)| name.clone()).collect(),
    }))
}

/// What to decide by while the server is away
#[utoipa::path(
    get,
    path = "/api/v1/agent/bundle",
    tag = "machines",
    responses((status = 200, description = "The bundle.", body = MachineBundle)),
)]
async fn bundle(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<MachineBundle>, Problem> {
    let signed = shared.admin.bundle(&signed_in.caller())?;
    Ok(Json(MachineBundle {
        bundle: signed.bundle,
        keys: signed.keys,
    }))
}

/// Report what was decided while the server was away
///
/// The decisions are recorded as the person's, in the logs of organizations
/// that they belong to.
#[utoipa::path(
    post,
    path = "/api/v1/agent/reports",
    tag = "machines",
    request_body = EngineReports,
    responses((status = 204, description = "Recorded.")),
)]
async fn take_reports(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Body(reports): Body<EngineReports>,
) -> Result<StatusCode, Problem> {
    let reports = reports.reports.into_iter().map(|report| Report {
        at: report.at,
        image: report.image,
        action: report.action.into(),
        outcome: report.outcome,
        rule: report.rule,
        organization: report.organization,
        team: report.team,
    });
    let reports: Vec<Report> = reports.collect();
    let caller = signed_in.caller();
    let machine = machine(&headers, client);
    shared.admin.take_reports(&caller, &reports, machine)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Renew a session
///
/// A session that has not ended becomes a new one of full length.
#[utoipa::path(
    post,
    path = "/api/v1/agent/session",
    tag = "machines",
    responses((status = 200, description = "The new session.", body = RenewedSession)),
)]
async fn renew(
    State(shared): State<Shared>,
    signed_in: SignedIn,
) -> Result<Json<RenewedSession>, Problem> {
    let session = shared.admin.renew_session(&signed_in.caller())?;
    Ok(Json(RenewedSession {
        token: session.token,
    }))
}

fn machine(headers: &HeaderMap, client: Client) -> Machine<'_> {
    let agent = headers.get(USER_AGENT);
    Machine {
        client: agent.and_then(|agent| agent.to_str().ok()).unwrap_or(""),
        address: client.address,
    }
}
