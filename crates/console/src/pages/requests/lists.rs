//! Lists of requests: one's own, and what an organization was asked for.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::RequestState;
use pullgate_policy::Role;

use super::home;
use super::view::RequestView;
use crate::failure::Failure;
use crate::fields::Query;
use crate::list::{PageNumber, Pages, address};
use crate::page::page;
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

/// What a list shows, by the word in its address and on its tab.
const SHOWN: [(&str, &str, Option<RequestState>); 5] = [
    ("open", "Open", Some(RequestState::Open)),
    ("approved", "Approved", Some(RequestState::Approved)),
    ("declined", "Declined", Some(RequestState::Declined)),
    ("withdrawn", "Withdrawn", Some(RequestState::Withdrawn)),
    ("all", "All", None),
];

#[derive(Template)]
#[template(path = "requests_mine.html")]
struct MinePage {
    shell: Shell,
    requests: Vec<RequestView>,
    pages: Pages,
}

/// `GET /requests`: what the visitor has asked for, in all organizations.
pub(super) async fn mine(visit: Visit, Query(query): Query) -> Result<Response, Failure> {
    let (number, now) = (PageNumber::of(&query), Timestamp::now());
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let found = admin.my_requests(&caller, None, number.window()).await?;
    Ok(page(&MinePage {
        pages: number.pages("/requests", &query, found.count),
        requests: found
            .entries
            .into_iter()
            .map(|request| RequestView::new(request, now))
            .collect(),
        shell: visit.shell("My requests"),
    }))
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    /// What else can be looked at: its name, its address, and whether it is
    /// what is shown.
    tabs: Vec<(&'static str, String, bool)>,
    /// The word of what is shown.
    shown: &'static str,
    /// Each with its category.
    requests: Vec<(RequestView, Word)>,
    pages: Pages,
}

/// `GET /orgs/{organization}/requests`: the queue for an owner, a member's own
/// requests for a member.
pub(super) async fn of_organization(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let is_owner = role == Role::Owner;
    let usual = if is_owner { "open" } else { "all" };
    let named = |word: &str| SHOWN.into_iter().find(|(known, ..)| *known == word);
    let (shown, _, state) = named(query.text("state"))
        .or_else(|| named(usual))
        .unwrap_or(SHOWN[0]);
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let (number, path) = (PageNumber::of(&query), home(&organization));
    let found = admin
        .requests(&caller, &organization, state, number.window())
        .await?;
    let now = Timestamp::now();
    let mut requests = Vec::new();
    for request in found.entries {
        let category = admin.category_now(&caller, &organization, &request.repository)?;
        requests.push((RequestView::new(request, now), words::category(category)));
    }
    let tab = |(word, title, _): (&'static str, &'static str, _)| {
        (title, address(&path, [("state", word)]), word == shown)
    };
    Ok(page(&RequestsPage {
        organization: organization.to_string(),
        is_owner,
        tabs: SHOWN.map(tab).to_vec(),
        shown,
        requests,
        pages: number.pages(&path, &query, found.count),
        shell: visit.shell("Requests"),
    }))
}
