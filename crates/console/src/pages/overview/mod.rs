//! Overview: what was decided lately, what waits, and how the server is doing.

mod chart;
mod health;
mod steps;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use pullgate_admin::{
    DecisionRecord, DecisionSearch, DecisionSummary, RepositoryTotal, RequestState, Window,
};
use pullgate_policy::{OrganizationName, Outcome, Role};
use url::form_urlencoded;

use super::Routes;
use crate::failure::Failure;
use crate::page::{Moment, grouped, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};
use chart::Chart;
use health::Health;
use steps::{Progress, Step, steps};

pub(super) fn routes() -> Routes {
    Routes::new().route("/orgs/{organization}", get(show))
}

/// How many days are looked back.
const DAYS: u32 = 30;

/// How many images are named.
const NAMED: usize = 8;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    organization: OrganizationName,
    image_access: Word,
    registry_access: Word,
    /// How many requests wait: for an owner to be answered, else one's own.
    requests: String,
    /// Where they are, if there is such a page.
    requests_path: String,
    steps: Vec<Step>,
    /// Those of the organization, for an owner.
    decided: Option<Decided>,
    /// One's own that were denied lately, for a member.
    denials: Vec<DenialRow>,
    health: Health,
}

/// What was decided for all.
struct Decided {
    days: u32,
    chart: Chart,
    /// What was denied most often, or would have been.
    blocked: Vec<BlockedRow>,
}

/// An image that was denied often.
struct BlockedRow {
    image: String,
    /// Where it is put on the allowlist.
    allow: String,
    category: Word,
    outcome: Word,
    times: String,
    at: Moment,
    ago: String,
}

/// A pull of one's own that was denied.
struct DenialRow {
    image: String,
    /// Where access to it is asked for.
    ask: String,
    category: Word,
    at: Moment,
    ago: String,
}

/// `GET /orgs/{organization}`.
async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let now = Timestamp::now();
    let stored = admin.settings(&caller, &organization).await?;
    let (open, none) = (
        Some(RequestState::Open),
        Window {
            offset: 0,
            limit: 0,
        },
    );
    let requests = admin.requests(&caller, &organization, open, none).await?;
    let shell = visit.shell("Overview");
    let mut shown = OverviewPage {
        image_access: words::image_access(&stored.settings.iam),
        registry_access: words::registry_access(&stored.settings.ram),
        requests: grouped(requests.count),
        requests_path: requests_path(&shell, &organization),
        steps: Vec::new(),
        decided: None,
        denials: Vec::new(),
        health: Health::of(&visit, now)?,
        organization,
        shell,
    };
    match role {
        Role::Owner => {
            let summary = admin
                .decision_summary(&caller, &shown.organization, None, DAYS)
                .await?;
            let progress = Progress {
                image_access: stored.settings.iam.enabled,
                is_used: !summary.totals.totals.is_empty(),
            };
            shown.steps = steps(&visit, &shown.organization, &shown.shell, progress).await?;
            shown.decided = Some(Decided::new(&shown.organization, &summary, now));
        }
        Role::Member => {
            let denied = DecisionSearch {
                outcome: Some(Outcome::Denied),
                ..DecisionSearch::default()
            };
            let page = admin
                .look_for_decisions(&caller, &shown.organization, &denied, None, 10)
                .await?;
            let rows = page
                .decisions
                .iter()
                .map(|denied| DenialRow::new(denied, now));
            shown.denials = rows.collect();
        }
    }
    let mut response = page(&shown);
    visit.remember(&mut response, &shown.organization);
    Ok(response)
}

/// Where the requests are; empty if there is no such page.
fn requests_path(shell: &Shell, organization: &OrganizationName) -> String {
    let own = format!("/orgs/{organization}/requests");
    let mut links = shell.navigation.iter().flat_map(|part| &part.links);
    let found = links.find(|link| link.href == own || link.href == "/requests");
    found.map(|link| link.href.clone()).unwrap_or_default()
}

impl Decided {
    fn new(organization: &OrganizationName, summary: &DecisionSummary, now: Timestamp) -> Self {
        let row = |outcome| {
            move |total: &RepositoryTotal| {
                let at = Moment(total.last_at);
                let address = query("pattern", total.repository.as_str());
                let row = BlockedRow {
                    image: total.repository.to_string(),
                    allow: format!("/orgs/{organization}/permissions/allowlist?{address}"),
                    category: words::category(total.category),
                    outcome: words::outcome(outcome),
                    times: grouped(total.decisions),
                    ago: at.seen_from(now),
                    at,
                };
                (total.decisions, row)
            }
        };
        let denied = summary.totals.denied.iter().map(row(Outcome::Denied));
        let monitored = summary.totals.monitored.iter().map(row(Outcome::Monitored));
        let mut blocked: Vec<_> = denied.chain(monitored).collect();
        blocked.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
        Self {
            days: DAYS,
            chart: Chart::new(summary),
            blocked: blocked
                .into_iter()
                .take(NAMED)
                .map(|(_, row)| row)
                .collect(),
        }
    }
}

impl DenialRow {
    fn new(denied: &DecisionRecord, now: Timestamp) -> Self {
        let at = Moment(denied.at);
        Self {
            image: denied.repository.to_string(),
            ask: format!("/request?{}", query("image", denied.repository.as_str())),
            category: words::category(denied.category),
            ago: at.seen_from(now),
            at,
        }
    }
}

fn query(name: &str, value: &str) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.append_pair(name, value).finish()
}
