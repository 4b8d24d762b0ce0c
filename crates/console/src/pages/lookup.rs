//! Image lookup: what an image is, who would get it, and how it is pulled.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use pullgate_admin::{AdminError, Decision, Explained, LookedUp, Prospects};
use pullgate_policy::{OrganizationName, Role, Rule};
use pullgate_reference::Reference;

use super::Routes;
use super::connect;
use super::image::{ImageView, why};
use crate::failure::{Failure, sentence};
use crate::fields::Query;
use crate::list::address;
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

/// The most teams that are listed.
const MOST_TEAMS: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().route("/orgs/{organization}/lookup", get(show))
}

#[derive(Template)]
#[template(path = "lookup.html")]
struct LookupPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    image: Typed,
    person: Typed,
    found: Option<Found>,
}

/// What was found.
struct Found {
    /// As the reference grammar reads it.
    registry: String,
    path: String,
    /// What the target is, and the target.
    target: (&'static str, String),
    /// Why the repository is another than what was read; empty if it is not.
    renamed: &'static str,
    image: ImageView,
    mine: Answer,
    other: Option<Answer>,
    /// What others would get; for owners.
    others: Vec<Answer>,
    /// How many more teams get something else than members do.
    more_teams: usize,
    command: String,
    /// Where access is requested.
    request: String,
    /// Where an exception is made, and the allowlist; for owners.
    exception: String,
    allowlist: String,
}

/// What somebody would get, and why.
struct Answer {
    who: String,
    outcome: Word,
    permits: bool,
    rule: &'static str,
    sentence: String,
    /// Whether an owner could be asked for it.
    can_ask: bool,
}

async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let mut form = LookupPage {
        organization: organization.to_string(),
        is_owner: role == Role::Owner,
        image: Typed::new(query.text("image")),
        person: Typed::new(query.text("as")),
        found: None,
        shell: visit.shell("Image lookup"),
    };
    if form.image.value.is_empty() {
        return Ok(page(&form));
    }
    let person = Some(&*form.person.value).filter(|name| !name.is_empty());
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let looked_up = admin.look_up(&caller, &organization, &form.image.value, person);
    match looked_up.await {
        Ok(looked_up) => form.found = Some(found(&visit, &organization, looked_up)),
        Err(AdminError::Invalid(message)) => form.image.error = sentence(&message),
        Err(AdminError::Forbidden(message)) if person.is_some() => {
            form.person.error = sentence(&message);
        }
        Err(other) => return Err(other.into()),
    }
    if form.found.is_some() {
        Ok(page(&form))
    } else {
        Ok(form_again(&form))
    }
}

fn found(visit: &Visit, organization: &OrganizationName, looked_up: LookedUp) -> Found {
    let LookedUp {
        reference,
        is_named_by_gateway,
        facts,
        mine,
        other,
    } = looked_up;
    let repository = facts.repository.to_string();
    let mut others = facts.prospects.as_ref().map_or_else(Vec::new, everybody);
    let more_teams = others.len().saturating_sub(MOST_TEAMS);
    others.truncate(MOST_TEAMS);
    let of = |page: &str| address(page, [("image", repository.as_str())]);
    let renamed = if is_named_by_gateway {
        "That is this gateway, so it is what the gateway serves by that name."
    } else if reference.registry() != facts.repository.registry_str() {
        "That is another name of the same registry."
    } else {
        ""
    };
    Found {
        registry: reference.registry().to_owned(),
        path: reference.path().to_owned(),
        target: match (reference.tag(), reference.digest()) {
            (_, Some(digest)) => ("Digest", digest.to_string()),
            (Some(tag), None) => ("Tag", tag.to_string()),
            (None, None) => ("Tag", String::new()),
        },
        renamed,
        image: ImageView::new(&facts, Timestamp::now()),
        mine: Answer::new("You".to_owned(), &mine),
        other: other.map(
            |Explained {
                 subject, decision, ..
             }| {
                let who = subject.username().map(ToString::to_string);
                Answer::new(who.unwrap_or_else(|| subject.to_string()), &decision)
            },
        ),
        others,
        more_teams,
        command: command(visit, &reference),
        request: of("/request"),
        exception: of(&format!("/orgs/{organization}/requests/exceptions/new")),
        allowlist: format!("/orgs/{organization}/permissions/allowlist"),
    }
}

/// What everybody who belongs to the organization would get.
fn everybody(prospects: &Prospects) -> Vec<Answer> {
    let all = [
        ("Owners".to_owned(), &prospects.owners),
        ("Members".to_owned(), &prospects.members),
    ];
    let teams = prospects.teams.iter();
    let teams = teams.map(|(team, decision)| (format!("Team {team}"), decision));
    all.into_iter()
        .chain(teams)
        .map(|(who, decision)| Answer::new(who, decision))
        .collect()
}

impl Answer {
    fn new(who: String, decision: &Decision) -> Self {
        let nobody_helps = matches!(
            decision.rule,
            Rule::Registry | Rule::NoOrganization | Rule::PolicyUnavailable
        );
        Self {
            who,
            outcome: words::outcome(decision.outcome),
            permits: decision.permits(),
            rule: decision.rule.as_str(),
            sentence: why(decision),
            can_ask: !decision.permits() && !nobody_helps,
        }
    }
}

/// The command that pulls it through the gateway.
fn command(visit: &Visit, reference: &Reference) -> String {
    let (gateway, _) = connect::gateway_address(&visit.services.settings.gateway, &visit.context);
    let repository = reference.repository();
    let name = if repository.registry().is_docker_hub() {
        repository.path()
    } else {
        repository.as_str()
    };
    let mark = if reference.digest().is_some() {
        '@'
    } else {
        ':'
    };
    format!("docker pull {gateway}/{name}{mark}{}", reference.target())
}
