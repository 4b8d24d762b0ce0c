//! The tab of the allowlist: searched, paged, added to and removed from.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{ListedImages, PolicyChange, SettingsEdit, Window};
use pullgate_policy::Switch;
use pullgate_reference::Pattern;

use super::review::Begun;
use super::{Frame, Tab, open, review};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages};
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

/// How many mistakes of a pasted list are told.
const MISTAKES: usize = 5;

#[derive(Template)]
#[template(path = "permissions_allowlist.html")]
struct AllowlistPage {
    shell: Shell,
    frame: Frame,
    is_on: bool,
    search: Typed,
    rows: Vec<EntryRow>,
    pages: Pages,
    /// What is being added.
    typed: Typed,
    note: Typed,
    pasted: Typed,
    is_pasting: bool,
}

/// An entry, as the list shows it.
struct EntryRow {
    pattern: String,
    note: String,
    seen: Word,
    by: String,
    at: Moment,
    ago: String,
}

impl EntryRow {
    fn new(listed: ListedImages, now: Timestamp) -> Self {
        let entry = listed.entry;
        let at = Moment(entry.added_at);
        Self {
            pattern: entry.pattern.to_string(),
            note: entry.note,
            seen: words::seen(listed.seen),
            by: words::actor(&entry.added_by),
            ago: at.seen_from(now),
            at,
        }
    }
}

/// What is being added: the fields of both forms.
#[derive(Default)]
struct Adding {
    pattern: Typed,
    note: Typed,
    pasted: Typed,
}

/// `GET /orgs/{organization}/permissions/allowlist`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    // Another page may name what is to be added.
    let adding = Adding {
        pattern: Typed::new(query.text("pattern")),
        ..Adding::default()
    };
    Ok(page(&list(&visit, &name, &query, adding).await?))
}

async fn list(
    visit: &Visit,
    name: &str,
    query: &Fields,
    adding: Adding,
) -> Result<AllowlistPage, Failure> {
    let (frame, stored) = open(visit, name, Tab::Allowlist).await?;
    let search: String = query
        .text("search")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let number = PageNumber::of(query);
    let Window { offset, limit } = number.window();
    let admin = &visit.services.admin;
    let found = admin
        .allowlist(&visit.caller(), &frame.organization, &search, offset, limit)
        .await?;
    let now = Timestamp::now();
    let path = Tab::Allowlist.path(&frame.organization);
    Ok(AllowlistPage {
        is_on: stored.settings.iam.allowlist == Switch::On,
        pages: number.pages(&path, query, found.count),
        rows: found
            .entries
            .into_iter()
            .map(|listed| EntryRow::new(listed, now))
            .collect(),
        search: Typed::new(search),
        typed: adding.pattern,
        note: adding.note,
        is_pasting: !adding.pasted.value.is_empty(),
        pasted: adding.pasted,
        shell: visit.shell("Allowlist"),
        frame,
    })
}

/// `POST /orgs/{organization}/permissions/allowlist/review`: what one of the
/// forms would change. `what` says which, and a row's button `remove`.
pub(super) async fn review(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let mut adding = Adding::default();
    let note = fields.text("note");
    let what = if fields.has("remove") {
        "remove"
    } else {
        fields.text("what")
    };
    let change = match what {
        "switch" => Ok(PolicyChange::Settings(SettingsEdit {
            allowlist: Some(Switch::On),
            ..SettingsEdit::default()
        })),
        "remove" => {
            let patterns = fields.all("remove").map(str::parse::<Pattern>);
            let patterns = patterns.collect::<Result<Vec<_>, _>>();
            patterns
                .map(PolicyChange::Disallow)
                .map_err(|error| error.to_string())
        }
        "paste" => {
            let read = pasted(fields.text("patterns"), note);
            adding.pasted = typed(fields.text("patterns"), read.as_ref().err());
            read.map(PolicyChange::Allow)
        }
        _ => {
            let read = pattern(fields.text("pattern"));
            adding.pattern = typed(fields.text("pattern"), read.as_ref().err());
            adding.note = Typed::new(note);
            read.map(|pattern| PolicyChange::Allow([(pattern, note.to_owned())].into()))
        }
    };
    let Ok(change) = change else {
        let shown = list(&visit, &name, &Fields::default(), adding).await?;
        if !shown.frame.is_owner {
            return Err(Failure::Forbidden(
                "Only an owner may change that; ask one.".to_owned(),
            ));
        }
        return Ok(form_again(&shown));
    };
    review::show(&visit, &organization, Begun::with(change, &fields)).await
}

fn typed(value: &str, mistake: Option<&String>) -> Typed {
    Typed {
        value: value.to_owned(),
        error: mistake.map(|mistake| sentence(mistake)).unwrap_or_default(),
    }
}

fn pattern(text: &str) -> Result<Pattern, String> {
    if text.is_empty() {
        return Err("no image is named; write one as bitnami/postgresql".to_owned());
    }
    text.parse()
        .map_err(|error: pullgate_reference::NameError| error.to_string())
}

/// A list with an entry on each line. What stands behind a `#` is its note,
/// else it has that of all.
fn pasted(text: &str, note: &str) -> Result<BTreeMap<Pattern, String>, String> {
    let mut entries = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let (name, own) = line.split_once('#').unwrap_or((line, ""));
        let (name, own) = (name.trim(), own.trim());
        if name.is_empty() {
            continue;
        }
        match name.parse::<Pattern>() {
            Ok(pattern) => {
                let note = if own.is_empty() { note } else { own };
                entries.insert(pattern, note.to_owned());
            }
            Err(error) => mistakes.push(format!("line {number}: {error}")),
        }
    }
    let more = mistakes.len().saturating_sub(MISTAKES);
    mistakes.truncate(MISTAKES);
    if more > 0 {
        mistakes.push(format!("and {more} more"));
    }
    match (mistakes.is_empty(), entries.is_empty()) {
        (false, _) => Err(mistakes.join("; ")),
        (true, true) => Err("no image is named; write one on each line".to_owned()),
        (true, false) => Ok(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_is_read_line_by_line() {
        let read = pasted("nginx # proxy\r\n\n  # nothing\nghcr.io/acme/**", "all").unwrap();
        let read: Vec<_> = read
            .iter()
            .map(|(p, note)| (p.as_str(), note.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                ("docker.io/library/nginx", "proxy"),
                ("ghcr.io/acme/**", "all")
            ]
        );
        let mistakes = pasted("nginx\nlower/Case\n*", "").unwrap_err();
        assert!(
            mistakes.contains("line 2") && mistakes.contains("line 3"),
            "{mistakes}"
        );
        assert!(pasted(" \n# nothing", "").is_err());
    }

    #[test]
    fn the_actor_is_told_by_name() {
        let mia = pullgate_admin::Actor::Person("mia".parse().unwrap());
        assert_eq!(words::actor(&mia), "mia");
    }
}
