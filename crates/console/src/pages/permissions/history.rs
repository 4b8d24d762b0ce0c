//! The tab of the history: who changed what, when; and taking it back.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{Actor, AdminError, CannotUndo, PastChange};
use pullgate_store::Action;

use super::{Frame, Tab, open};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::page::{Moment, counted, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words;

/// How many changes a page has.
const PAGE: u32 = 20;

/// How many lines of one change are shown.
const LINES: usize = 8;

#[derive(Template)]
#[template(path = "permissions_history.html")]
struct HistoryPage {
    shell: Shell,
    frame: Frame,
    rows: Vec<PastRow>,
    /// Where the newest are, if these are older ones; else empty.
    newest: String,
    /// Where older ones are; empty if there are none.
    older: String,
}

/// A change, as a list shows it.
pub(super) struct PastRow {
    pub(super) generation: i64,
    pub(super) who: String,
    pub(super) what: &'static str,
    /// The change that it took back.
    pub(super) undoes: Option<i64>,
    pub(super) at: Moment,
    pub(super) ago: String,
    pub(super) lines: Vec<String>,
    /// How many more there are; empty for none.
    pub(super) more: String,
    /// Why it cannot be undone; empty if it can.
    pub(super) stays: String,
}

impl PastRow {
    pub(super) fn new(
        change: PastChange,
        possible: Result<(), CannotUndo>,
        now: Timestamp,
    ) -> Self {
        let at = Moment(change.at);
        let mut lines = change.differences;
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        Self {
            generation: change.generation,
            who: capital(&words::actor(&change.actor), &change.actor),
            what: match change.action {
                Action::AllowlistAdded => "added to the allowlist",
                Action::AllowlistRemoved => "removed from the allowlist",
                Action::PolicyApplied => "applied a policy file",
                Action::RegistryNamesChanged => "changed names",
                Action::ChangeUndone => "undid",
                _ => "changed the settings",
            },
            undoes: change.undoes,
            ago: at.seen_from(now),
            at,
            lines,
            more: match more {
                0 => String::new(),
                more => format!("and {}", counted(more as u64, "more line", "more lines")),
            },
            stays: match possible {
                Ok(()) => String::new(),
                Err(why) => sentence(&why.to_string()),
            },
        }
    }
}

/// At the beginning of a sentence: a name is written as it is.
fn capital(told: &str, actor: &Actor) -> String {
    match actor {
        Actor::Person(_) => told.to_owned(),
        _ => sentence(told).trim_end_matches('.').to_owned(),
    }
}

/// `GET /orgs/{organization}/permissions/history`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (frame, _) = open(&visit, &name, Tab::History).await?;
    let before: Option<i64> = query.text("before").parse().ok();
    let admin = &visit.services.admin;
    let history = admin
        .policy_history(&visit.caller(), &frame.organization, before, PAGE)
        .await?;
    let now = Timestamp::now();
    let path = Tab::History.path(&frame.organization);
    Ok(page(&HistoryPage {
        rows: history
            .changes
            .into_iter()
            .map(|(change, possible)| PastRow::new(change, possible, now))
            .collect(),
        older: history
            .next
            .map(|before| format!("{path}?before={before}"))
            .unwrap_or_default(),
        newest: before.map(|_| path).unwrap_or_default(),
        frame,
        shell: visit.shell("History"),
    }))
}

/// `POST /orgs/{organization}/permissions/history/undo`.
pub(super) async fn undo(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let generation: i64 = fields
        .text("change")
        .parse()
        .map_err(|_| Failure::NotFound(None))?;
    let path = Tab::History.path(&organization);
    let admin = &visit.services.admin;
    match admin
        .undo_change(&visit.caller(), &organization, generation)
        .await
    {
        Ok(undone) => {
            let by = words::actor(&undone.actor);
            let told = format!(
                "Undone: what {by} changed is as it was before, from the next pull on. The undoing is in the history, too."
            );
            Ok(visit.done(&path, told))
        }
        Err(AdminError::Conflict(why)) => Ok(visit.problem(&path, sentence(&why))),
        Err(other) => Err(other.into()),
    }
}
