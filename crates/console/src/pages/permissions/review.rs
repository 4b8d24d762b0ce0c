//! A change before it is made: what would be different, and for whom. Saving
//! it is held to the settings that were looked at.

use std::fmt::Display;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{AdminError, PolicyChange, Review, ReviewedEntry, SettingsEdit};
use pullgate_policy::{OrganizationName, Settings, Switch};

use super::Tab;
use super::history::PastRow;
use super::impact::ImpactView;
use super::typed;
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{grouped, rendered};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

/// The periods that a change can be tried out on, in days; the first unless
/// another is chosen.
const PERIODS: [u32; 2] = [30, 7];

/// How many entries of the allowlist are shown.
const SHOWN: usize = 100;

/// A change, and what it was begun with.
pub(super) struct Begun {
    change: PolicyChange,
    /// The version of the settings that it was made from.
    version: i64,
    days: u32,
}

impl Begun {
    pub(super) fn with(change: PolicyChange, fields: &Fields) -> Self {
        let chosen = fields.text("days").parse().ok();
        let chosen = chosen.filter(|days| PERIODS.contains(days));
        Self {
            change,
            version: typed::version(fields),
            days: chosen.unwrap_or(PERIODS[0]),
        }
    }

    /// The tab that it was made on.
    fn tab(&self) -> Tab {
        let PolicyChange::Settings(edit) = &self.change else {
            return Tab::Allowlist;
        };
        let only_allowlist = SettingsEdit {
            allowlist: edit.allowlist,
            ..SettingsEdit::default()
        };
        let of_registries = edit.registry_access.is_some()
            || edit.registry_mode.is_some()
            || edit.docker_hub.is_some()
            || [edit.list.len(), edit.unlist.len()] != [0, 0]
            || [edit.trust.len(), edit.distrust.len()] != [0, 0];
        match edit {
            edit if edit.allowlist.is_some() && *edit == only_allowlist => Tab::Allowlist,
            _ if of_registries => Tab::Registries,
            _ => Tab::ImageAccess,
        }
    }
}

#[derive(Template)]
#[template(path = "permissions_review.html")]
struct ReviewPage {
    shell: Shell,
    organization: OrganizationName,
    /// The name and the address of the tab that the change was made on.
    back: (&'static str, String),
    change: String,
    version: i64,
    days: u32,
    /// Days, and whether they are those shown.
    periods: Vec<(u32, bool)>,
    /// Whether saving was refused because of what others did meanwhile.
    is_outdated: bool,
    meanwhile: Vec<PastRow>,
    is_empty: bool,
    settings: Vec<SettingRow>,
    lists: Vec<ListRow>,
    entries: Vec<EntryRow>,
    more_entries: String,
    /// Why it does not take hold yet; empty if it does.
    sleeps: &'static str,
    impact: ImpactView,
    save: &'static str,
}

/// A choice, as it is and as it would be.
struct SettingRow {
    label: &'static str,
    before: Word,
    after: Word,
}

/// A list, with what comes and what goes.
struct ListRow {
    label: &'static str,
    new: Vec<String>,
    gone: Vec<String>,
}

/// An entry of the allowlist that comes or goes.
struct EntryRow {
    pattern: String,
    note: String,
    seen: Word,
    is_change: bool,
}

/// `POST /orgs/{organization}/permissions/change`: looks at a change again, or
/// saves it.
pub(super) async fn review_or_save(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let change = PolicyChange::read(fields.text("change"))?;
    let begun = Begun::with(change, &fields);
    if fields.text("do") != "save" {
        return show(&visit, &organization, begun).await;
    }
    let admin = &visit.services.admin;
    let made = admin
        .make_change(&visit.caller(), &organization, &begun.change, begun.version)
        .await;
    let tab = begun.tab().path(&organization);
    match made {
        Ok(()) => Ok(visit.done(&tab, done(&begun.change))),
        Err(AdminError::Outdated(_)) => {
            let template = template(&visit, &organization, begun, true).await?;
            Ok(rendered(StatusCode::CONFLICT, &template))
        }
        // What was to be removed is gone already.
        Err(AdminError::NotFound(why)) => Ok(visit.problem(&tab, sentence(&why))),
        Err(other) => Err(other.into()),
    }
}

/// What the page says when a change was made.
fn done(change: &PolicyChange) -> String {
    let what = match change {
        PolicyChange::Settings(_) => "The change is saved",
        PolicyChange::Allow(entries) if entries.len() == 1 => "The entry is on the allowlist",
        PolicyChange::Allow(_) => "The entries are on the allowlist",
        PolicyChange::Disallow(_) => "The allowlist is changed",
    };
    format!("{what}, and holds from the next pull on. The history has it, and can undo it.")
}

/// Shows what a change would do.
pub(super) async fn show(
    visit: &Visit,
    organization: &OrganizationName,
    begun: Begun,
) -> Result<Response, Failure> {
    let untouched = begun.change == PolicyChange::Settings(SettingsEdit::default());
    let tab = begun.tab();
    let template = template(visit, organization, begun, false).await?;
    if untouched && template.is_empty {
        let told = "You have changed nothing yet. Choose something else first, then review it.";
        return Ok(visit.problem(&tab.path(organization), told));
    }
    Ok(rendered(StatusCode::OK, &template))
}

async fn template(
    visit: &Visit,
    organization: &OrganizationName,
    begun: Begun,
    is_outdated: bool,
) -> Result<ReviewPage, Failure> {
    let tab = begun.tab();
    let Begun {
        change,
        version,
        days,
    } = begun;
    let admin = &visit.services.admin;
    let review = admin
        .review_change(&visit.caller(), organization, &change, version, days)
        .await?;
    let now = Timestamp::now();
    let more = review.entries.len().saturating_sub(SHOWN);
    Ok(ReviewPage {
        back: (tab.name(), tab.path(organization)),
        change: change.to_text(),
        version: review.version,
        days,
        periods: PERIODS.map(|period| (period, period == days)).into(),
        is_outdated,
        is_empty: review.is_empty(),
        settings: settings(&review.before, &review.after),
        lists: lists(&review.before, &review.after),
        more_entries: match more {
            0 => String::new(),
            more => format!("and {} more", grouped(more as u64)),
        },
        sleeps: sleeps(&change, &review),
        impact: ImpactView::new(&review.preview, days),
        save: match change {
            PolicyChange::Settings(_) => "Save changes",
            PolicyChange::Allow(_) => "Add to allowlist",
            PolicyChange::Disallow(_) => "Remove from allowlist",
        },
        meanwhile: review
            .meanwhile
            .into_iter()
            .map(|change| PastRow::new(change, Ok(()), now))
            .collect(),
        entries: review.entries.into_iter().take(SHOWN).map(entry).collect(),
        organization: organization.clone(),
        shell: visit.shell("Review changes"),
    })
}

/// The choices that are different.
fn settings(before: &Settings, after: &Settings) -> Vec<SettingRow> {
    let of = |settings: &Settings| {
        let (iam, ram) = (&settings.iam, &settings.ram);
        [
            ("Image Access Management", words::switch(iam.enabled)),
            ("Mode of Image Access Management", words::mode(iam.mode)),
            ("Docker Official Images", words::permission(iam.official)),
            (
                "Verified Publisher Images",
                words::permission(iam.verified_publisher),
            ),
            (
                "Docker-Sponsored Open Source",
                words::permission(iam.sponsored_oss),
            ),
            ("Allowlist", words::switch(iam.allowlist)),
            ("Registry Access Management", words::switch(ram.enabled)),
            ("Mode of Registry Access Management", words::mode(ram.mode)),
            ("Docker Hub", words::permission(ram.docker_hub)),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    let different = pairs.filter(|((_, before), (_, after))| before != after);
    different
        .map(|((label, before), (_, after))| SettingRow {
            label,
            before,
            after,
        })
        .collect()
}

/// The lists that are different.
fn lists(before: &Settings, after: &Settings) -> Vec<ListRow> {
    let rows = [
        list("Registries", &before.ram.registries, &after.ram.registries),
        list("Trusted registries", &before.trusted, &after.trusted),
    ];
    rows.into_iter().flatten().collect()
}

fn list<T: PartialEq + Display>(label: &'static str, before: &[T], after: &[T]) -> Option<ListRow> {
    let missing = |from: &[T], other: &[T]| -> Vec<String> {
        let missing = from.iter().filter(|item| !other.contains(item));
        missing.map(ToString::to_string).collect()
    };
    let (new, gone) = (missing(after, before), missing(before, after));
    (!new.is_empty() || !gone.is_empty()).then_some(ListRow { label, new, gone })
}

fn entry(reviewed: ReviewedEntry) -> EntryRow {
    EntryRow {
        pattern: reviewed.pattern.to_string(),
        note: reviewed.note,
        seen: words::seen(reviewed.seen),
        is_change: reviewed.is_change,
    }
}

/// Why a change does not take hold yet.
fn sleeps(change: &PolicyChange, review: &Review) -> &'static str {
    const IMAGES: &str = "Image Access Management is off, so this takes hold only once it is on.";
    let (iam, ram) = (&review.after.iam, &review.after.ram);
    let is_off = |switch| switch == Switch::Off;
    let of_entries = !matches!(change, PolicyChange::Settings(_));
    if of_entries && is_off(iam.enabled) {
        return IMAGES;
    }
    if of_entries && is_off(iam.allowlist) {
        return "The allowlist is off, so its entries take hold only once it is on.";
    }
    if review.before.iam != review.after.iam
        && is_off(iam.enabled)
        && is_off(review.before.iam.enabled)
    {
        return IMAGES;
    }
    if review.before.ram != review.after.ram
        && is_off(ram.enabled)
        && is_off(review.before.ram.enabled)
    {
        return "Registry Access Management is off, so this takes hold only once it is on.";
    }
    ""
}
