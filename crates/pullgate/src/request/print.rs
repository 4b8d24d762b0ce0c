//! What is printed of requests.

use pullgate_control::{AccessRequest, GrantedBy, RequestState};
use pullgate_policy::OrganizationName;

use crate::admin::short;
use crate::failure::Failure;
use crate::output::{self, Format, Table, date};

/// What somebody has asked for, and what was answered.
pub(super) fn mine(requests: &[AccessRequest], format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        return output::json(&requests);
    }
    let mut table = Table::new(&["ID", "ASKED", "ORGANIZATION", "STATE", "IMAGE", "ANSWER"]);
    for request in requests {
        table.row([
            short(request.id),
            first_asked(request),
            request.organization.clone(),
            state(request).to_owned(),
            image(request),
            answer(request),
        ]);
    }
    table.print(
        "You have asked for nothing. Ask for an image that is denied to you with: \
         pullgate request access IMAGE --reason TEXT",
    )
}

/// What an organization was asked for, and why.
pub(super) fn of_organization(
    organization: &OrganizationName,
    requests: &[AccessRequest],
    format: Format,
) -> Result<(), Failure> {
    if format == Format::Json {
        return output::json(&requests);
    }
    let mut table = Table::new(&["ID", "ASKED", "WHO", "STATE", "IMAGE", "WHY"]);
    for request in requests {
        let why = request.asked.last().map(|asked| asked.reason.clone());
        table.row([
            short(request.id),
            first_asked(request),
            request.username.clone(),
            state(request).to_owned(),
            image(request),
            why.unwrap_or_default(),
        ]);
    }
    table.print(format!(
        "There are no open requests to {organization}. Closed ones are listed with --all."
    ))
}

/// That a request was approved.
pub(super) fn approved(request: &AccessRequest) -> Result<(), Failure> {
    let closed = request.closed.as_ref();
    let Some(granted) = closed.and_then(|closed| closed.exception.as_ref()) else {
        return Err(Failure::new("the server has not said what it has allowed"));
    };
    output::say(format!(
        "Approved: {} may be pulled by {} until {} UTC.",
        request.repository,
        covered(granted),
        date(granted.ends_at)
    ))
}

fn first_asked(request: &AccessRequest) -> String {
    let first = request.asked.first();
    first.map(|asked| date(asked.at)).unwrap_or_default()
}

fn state(request: &AccessRequest) -> &'static str {
    match request.state {
        RequestState::Open => "open",
        RequestState::Approved => "approved",
        RequestState::Declined => "declined",
        RequestState::Withdrawn => "withdrawn",
    }
}

/// The repository, and how often it was asked for if that was not once.
fn image(request: &AccessRequest) -> String {
    match request.asked.len() {
        0 | 1 => request.repository.clone(),
        times => format!("{} ×{times}", request.repository),
    }
}

fn answer(request: &AccessRequest) -> String {
    let Some(closed) = &request.closed else {
        return "none yet".to_owned();
    };
    match (&closed.exception, closed.reason.as_str()) {
        (Some(granted), "") => format!("until {}", date(granted.ends_at)),
        (Some(granted), reason) => format!("until {}: {reason}", date(granted.ends_at)),
        (None, reason) => reason.to_owned(),
    }
}

fn covered(granted: &GrantedBy) -> String {
    match (&granted.person, &granted.team) {
        (Some(person), _) => person.clone(),
        (None, Some(team)) => format!("team {team}"),
        (None, None) => "all members".to_owned(),
    }
}
