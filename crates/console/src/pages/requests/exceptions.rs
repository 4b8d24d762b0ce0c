//! Exceptions with their ends.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{ExceptionId, ExceptionQuery, ExceptionRecord, ExceptionsShown};
use pullgate_policy::Role;

use super::home;
use super::view::covered;
use crate::failure::Failure;
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages, address};
use crate::page::{Moment, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words;

/// What the list shows, by the word in its address and on its tab.
const SHOWN: [(&str, &str, ExceptionsShown); 3] = [
    ("current", "Current", ExceptionsShown::Current),
    ("ended", "Ended", ExceptionsShown::Ended),
    ("all", "All", ExceptionsShown::All),
];

#[derive(Template)]
#[template(path = "exceptions.html")]
struct ExceptionsPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    tabs: Vec<(&'static str, String, bool)>,
    shown: &'static str,
    search: String,
    exceptions: Vec<ExceptionRow>,
    pages: Pages,
}

/// An exception in the list.
struct ExceptionRow {
    id: String,
    repository: String,
    covers: String,
    reason: String,
    made_by: String,
    made: Moment,
    ends: Moment,
    has_ended: bool,
}

impl ExceptionRow {
    fn new(record: ExceptionRecord, now: Timestamp) -> Self {
        let exception = &record.exception;
        Self {
            id: record.id.to_string(),
            repository: exception.repository.to_string(),
            covers: covered(&exception.covers),
            made_by: words::actor(&record.made_by),
            made: Moment(record.made_at),
            ends: Moment(exception.ends_at),
            has_ended: exception.ends_at <= now,
            reason: record.reason,
        }
    }
}

/// `GET /orgs/{organization}/requests/exceptions`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let asked = query.text("show");
    let found = SHOWN.into_iter().find(|(word, ..)| *word == asked);
    let (shown, _, state) = found.unwrap_or(SHOWN[0]);
    let search = query.text("search").to_owned();
    let wanted = ExceptionQuery {
        shown: state,
        search: Some(search.clone()),
    };
    let (admin, number) = (&visit.services.admin, PageNumber::of(&query));
    let found = admin
        .exceptions(&visit.caller(), &organization, &wanted, number.window())
        .await?;
    let (path, now) = (
        format!("{}/exceptions", home(&organization)),
        Timestamp::now(),
    );
    let tab = |(word, title, _): (&'static str, &'static str, _)| {
        let with = [("show", word), ("search", &*search)];
        (title, address(&path, with), word == shown)
    };
    Ok(page(&ExceptionsPage {
        organization: organization.to_string(),
        is_owner: role == Role::Owner,
        tabs: SHOWN.map(tab).to_vec(),
        shown,
        exceptions: found
            .entries
            .into_iter()
            .map(|record| ExceptionRow::new(record, now))
            .collect(),
        pages: number.pages(&path, &query, found.count),
        search,
        shell: visit.shell("Exceptions"),
    }))
}

/// `POST /orgs/{organization}/requests/exceptions/end`.
pub(super) async fn end(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let id = fields.text("exception").parse::<ExceptionId>();
    let id = id.map_err(|_| Failure::NotFound(None))?;
    let admin = &visit.services.admin;
    let ended = admin
        .end_exception(&visit.caller(), &organization, id)
        .await?;
    let told = format!(
        "The exception for {} has ended: the policy alone decides from the next pull on.",
        ended.exception.repository
    );
    let path = format!("{}/exceptions", home(&organization));
    Ok(visit.done(&path, told))
}
