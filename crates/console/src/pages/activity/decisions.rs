//! Decisions: who pulled what, and what became of it.

use askama::Template;
use aws_lc_rs::digest;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{DecisionCursor, DecisionRecord, DecisionsLookedThrough, TableFormat};
use pullgate_policy::Role;

use super::search::Search;
use crate::download::download;
use crate::failure::Failure;
use crate::fields::{Fields, Query};
use crate::list::{PAGE, address, number};
use crate::page::{Moment, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

#[derive(Template)]
#[template(path = "activity.html")]
struct DecisionsPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    search: Search,
    rows: Vec<DecisionRow>,
    /// The address of the newest; empty if these are.
    newest: String,
    /// The address of older ones; empty if there are none.
    older: String,
    /// How far back was looked, if that was not to the end.
    looked_to: Option<Moment>,
    is_live: bool,
    /// The address that follows what is decided, or that stops it.
    live: String,
    /// What is asked for again and again.
    tail: String,
    csv: String,
    json_lines: String,
}

/// A decision, as a list shows it.
struct DecisionRow {
    id: String,
    outcome: Word,
    category: Word,
    rule: &'static str,
    image: String,
    who: String,
    /// How many of the same there were in that moment; empty for one.
    times: String,
    at: Moment,
    ago: String,
}

impl DecisionRow {
    fn new(decision: &DecisionRecord, now: Timestamp) -> Self {
        let at = Moment(decision.at);
        Self {
            id: decision.id.to_string(),
            outcome: words::outcome(decision.outcome),
            category: words::category(decision.category),
            rule: words::rule(decision.rule),
            image: image(decision),
            who: who(&decision.subject).to_owned(),
            times: match decision.count {
                1 => String::new(),
                count => number(count.into()),
            },
            ago: at.seen_from(now),
            at,
        }
    }
}

/// An image as it was asked for.
pub(super) fn image(decision: &DecisionRecord) -> String {
    let repository = &decision.repository;
    match &decision.reference {
        Some(digest) if digest.contains(':') => format!("{repository}@{digest}"),
        Some(tag) => format!("{repository}:{tag}"),
        None => repository.to_string(),
    }
}

/// Who asked, as people are called.
pub(super) fn who(subject: &str) -> &str {
    subject.strip_prefix("person:").unwrap_or(subject)
}

/// `GET …/activity`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let search = Search::read(&query, role);
    let before = read_cursor(&query)?;
    let found = match &search.wanted {
        Some(wanted) => {
            let admin = &visit.services.admin;
            admin
                .look_for_decisions(&visit.caller(), &organization, wanted, before, PAGE)
                .await?
        }
        None => DecisionsLookedThrough {
            decisions: Vec::new(),
            next: None,
            looked_to: None,
        },
    };
    let shown = fingerprint(&found.decisions);
    if query.text("shown") == shown {
        // What follows has it all already.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let path = format!("/orgs/{organization}/activity");
    let kept = |and: &[(&str, &str)]| {
        let left_out = ["before", "live", "shown"];
        let pairs = query.pairs().filter(|(name, _)| !left_out.contains(name));
        address(&path, pairs.chain(and.iter().copied()))
    };
    let is_live = query.text("live") == "on" && before.is_none();
    let exported = |format: TableFormat| {
        let path = format!("{path}/export/{}", format.ending());
        kept(&[]).replacen(&format!("/orgs/{organization}/activity"), &path, 1)
    };
    let now = Timestamp::now();
    let rows = found.decisions.iter();
    Ok(page(&DecisionsPage {
        is_owner: role == Role::Owner,
        newest: before.map(|_| kept(&[])).unwrap_or_default(),
        older: found
            .next
            .map(|cursor| kept(&[("before", &cursor.to_string())]))
            .unwrap_or_default(),
        looked_to: found.looked_to.map(Moment),
        live: kept(&[("live", if is_live { "" } else { "on" })]),
        tail: kept(&[("live", "on"), ("shown", &shown)]),
        csv: exported(TableFormat::Csv),
        json_lines: exported(TableFormat::JsonLines),
        rows: rows.map(|one| DecisionRow::new(one, now)).collect(),
        is_live,
        search,
        organization: organization.to_string(),
        shell: visit.shell("Activity"),
    }))
}

/// `GET …/activity/export/{format}`: all that is found, as a table.
pub(super) async fn export(
    visit: Visit,
    Path((name, format)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let format: TableFormat = format.parse().map_err(|_| Failure::NotFound(None))?;
    let search = Search::read(&query, role);
    let wanted = search.wanted.ok_or_else(|| {
        Failure::Refused("What is looked for cannot be read; go back and mend it.".to_owned())
    })?;
    let name = format!("{organization}-decisions");
    let admin = &visit.services.admin;
    let table = admin
        .decisions_table(visit.caller(), organization, wanted, format)
        .await?;
    Ok(download(table, &name, format))
}

fn read_cursor(query: &Fields) -> Result<Option<DecisionCursor>, Failure> {
    match query.text("before") {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|error: pullgate_admin::InvalidCursor| {
                Failure::NotFound(Some(crate::failure::sentence(&error.to_string())))
            }),
    }
}

/// A short text that is another one when other decisions are shown. Those that
/// were made a moment ago may still arrive below newer ones, so it is of all
/// of them.
fn fingerprint(decisions: &[DecisionRecord]) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for decision in decisions {
        hash.update(decision.id.as_bytes());
    }
    let hash = hash.finish();
    hash.as_ref()[..8]
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
