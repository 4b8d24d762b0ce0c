//! Changes: who changed what of the organization. For its owners.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{Admin, ChangeSearch, TableFormat, ToldChange};

use super::period::Period;
use crate::download::download;
use crate::failure::Failure;
use crate::fields::{Fields, Query};
use crate::list::{PAGE, address};
use crate::page::{Choice, Moment, page};
use crate::shell::Shell;
use crate::visit::Visit;

/// How many differences a row tells.
const TOLD: usize = 3;

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    shell: Shell,
    organization: String,
    kinds: Vec<Choice>,
    actor: String,
    period: Period,
    is_filtered: bool,
    rows: Vec<ChangeRow>,
    newest: String,
    older: String,
    csv: String,
    json_lines: String,
}

/// A change, as a list shows it.
struct ChangeRow {
    number: i64,
    label: String,
    subject: String,
    actor: String,
    differences: Vec<String>,
    more: usize,
    at: Moment,
    ago: String,
}

impl ChangeRow {
    fn new(change: ToldChange, now: Timestamp) -> Self {
        let at = Moment(change.at);
        Self {
            number: change.number,
            more: change.differences.len().saturating_sub(TOLD),
            differences: change.differences.into_iter().take(TOLD).collect(),
            label: change.label,
            subject: change.subject,
            actor: change.actor,
            ago: at.seen_from(now),
            at,
        }
    }
}

/// `GET …/activity/changes`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let before: Option<i64> = query.text("before").parse().ok();
    let (search, period) = read(&query);
    let admin = &visit.services.admin;
    let found = admin
        .organization_changes(&visit.caller(), &organization, &search, before, PAGE)
        .await?;
    let path = format!("/orgs/{organization}/activity/changes");
    let kept = |path: &str, and: &[(&str, &str)]| {
        let pairs = query.pairs().filter(|(name, _)| *name != "before");
        address(path, pairs.chain(and.iter().copied()))
    };
    let export = |format: TableFormat| kept(&format!("{path}/export/{}", format.ending()), &[]);
    let kinds = Admin::change_kinds();
    let kinds = kinds.iter().map(|kind| (kind.action.as_str(), kind.label));
    let now = Timestamp::now();
    let rows = found.changes.into_iter();
    Ok(page(&ChangesPage {
        kinds: Choice::list(
            std::iter::once(("", "Anything")).chain(kinds),
            query.text("action"),
        ),
        actor: query.text("by").to_owned(),
        is_filtered: ["action", "by", "from", "to"]
            .iter()
            .any(|name| !query.text(name).is_empty()),
        newest: before.map(|_| kept(&path, &[])).unwrap_or_default(),
        older: found
            .next
            .map(|next| kept(&path, &[("before", &next.to_string())]))
            .unwrap_or_default(),
        csv: export(TableFormat::Csv),
        json_lines: export(TableFormat::JsonLines),
        rows: rows.map(|one| ChangeRow::new(one, now)).collect(),
        period,
        organization: organization.to_string(),
        shell: visit.shell("Changes"),
    }))
}

/// `GET …/activity/changes/export/{format}`.
pub(super) async fn export(
    visit: Visit,
    Path((name, format)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let format: TableFormat = format.parse().map_err(|_| Failure::NotFound(None))?;
    let (search, _) = read(&query);
    let name = format!("{organization}-changes");
    let admin = &visit.services.admin;
    let table = admin
        .changes_table(visit.caller(), organization, search, format)
        .await?;
    Ok(download(table, &name, format))
}

fn read(query: &Fields) -> (ChangeSearch, Period) {
    let period = Period::read(query);
    let kinds = Admin::change_kinds();
    let mut kinds = kinds.iter().map(|kind| kind.action);
    let by = query.text("by");
    let search = ChangeSearch {
        action: kinds.find(|action| action.as_str() == query.text("action")),
        actor: (!by.is_empty()).then(|| by.to_owned()),
        since: period.since,
        until: period.until,
    };
    (search, period)
}
