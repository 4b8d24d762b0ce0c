//! How much was decided how, day by day.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use pullgate_admin::DecisionSummary;
use pullgate_policy::{Category, OrganizationName, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Shared;
use crate::authorized::SignedIn;
use crate::input::{Asked, Names};
use crate::problem::Problem;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(summarize_decisions))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SummaryQuery {
    /// How many days, at most 366; 30 unless said.
    #[param(minimum = 1, maximum = 366)]
    days: Option<u32>,
    /// The last of them; today unless said.
    #[param(value_type = Option<String>, format = Date)]
    until: Option<Date>,
}

/// How much was decided how, in some days.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionOverview {
    /// The first of the days, in UTC.
    #[schema(value_type = String, format = Date)]
    since: Date,
    /// The last.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// By day, outcome and category; days on which nothing was decided are not
    /// in it.
    totals: Vec<DayTotal>,
    /// What was denied most often, at most 20 repositories.
    denied: Vec<OftenDenied>,
    /// What would have been denied most often if it were enforced.
    monitored: Vec<OftenDenied>,
}

/// How many decisions of a day were like this.
#[derive(Debug, Serialize, ToSchema)]
struct DayTotal {
    /// On which day, in UTC.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// How they ended.
    outcome: Outcome,
    /// About images of which category.
    category: Category,
    /// How many there were.
    decisions: u64,
}

/// A repository that was denied.
#[derive(Debug, Serialize, ToSchema)]
struct OftenDenied {
    /// Which.
    repository: String,
    /// Its category.
    category: Category,
    /// How often.
    decisions: u64,
    /// When last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
}

/// How much was decided how, day by day
///
/// And what was denied most often. For owners.
#[utoipa::path(
    get,
    path = "/api/v1/orgs/{org}/decisions/summary",
    tag = "decisions",
    params(("org" = String, Path, description = "The organization's name."), SummaryQuery),
    responses((status = 200, description = "The sums.", body = DecisionOverview)),
)]
async fn summarize_decisions(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    Names(organization): Names<OrganizationName>,
    Asked(query): Asked<SummaryQuery>,
) -> Result<Json<DecisionOverview>, Problem> {
    let caller = signed_in.caller();
    let days = query.days.unwrap_or(30);
    let summary = shared
        .admin
        .decision_summary(&caller, &organization, query.until, days)
        .await?;
    Ok(Json(summary.into()))
}

impl From<DecisionSummary> for DecisionOverview {
    fn from(summary: DecisionSummary) -> Self {
        let often = |found: Vec<pullgate_admin::RepositoryTotal>| {
            let told = found.into_iter().map(|it| OftenDenied {
                repository: it.repository.to_string(),
                category: it.category,
                decisions: it.decisions,
                last_at: it.last_at,
            });
            told.collect()
        };
        let totals = summary.totals.totals.iter().filter_map(|total| {
            Some(DayTotal {
                day: total.day.date()?,
                outcome: total.outcome,
                category: total.category,
                decisions: total.decisions,
            })
        });
        Self {
            since: summary.first,
            until: summary.last,
            totals: totals.collect(),
            denied: often(summary.totals.denied),
            monitored: often(summary.totals.monitored),
        }
    }
}
