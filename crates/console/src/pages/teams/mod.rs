//! Teams: named groups of members, and what each may pull in addition.

mod additions;
mod settings;
mod team;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use pullgate_admin::{AdminError, TeamQuery};
use pullgate_policy::{OrganizationName, Role, TeamName};

use super::Routes;
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages, counted};
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/orgs/{organization}/teams", get(show).post(create))
        .route("/orgs/{organization}/teams/{team}", get(team::show))
        .route(
            "/orgs/{organization}/teams/{team}/settings",
            get(settings::show).post(settings::change),
        )
        .route(
            "/orgs/{organization}/teams/{team}/delete",
            post(settings::delete),
        )
        .route(
            "/orgs/{organization}/teams/{team}/members",
            post(team::add_member),
        )
        .route(
            "/orgs/{organization}/teams/{team}/members/remove",
            post(team::remove_member),
        )
        .route(
            "/orgs/{organization}/teams/{team}/additions",
            get(additions::show),
        )
        .route(
            "/orgs/{organization}/teams/{team}/additions/categories",
            post(additions::set_categories),
        )
        .route(
            "/orgs/{organization}/teams/{team}/additions/entries",
            post(additions::add_entries),
        )
        .route(
            "/orgs/{organization}/teams/{team}/additions/entries/remove",
            post(additions::remove_entry),
        )
}

/// The team that is made of the owners.
const OWNERS: &str = "owners";

#[derive(Template)]
#[template(path = "teams.html")]
struct TeamsPage {
    shell: Shell,
    organization: String,
    is_owner: bool,
    search: String,
    counted: String,
    count: u64,
    rows: Vec<TeamRow>,
    pages: Pages,
    name: Typed,
    description: Typed,
}

struct TeamRow {
    name: String,
    description: String,
    members: String,
}

async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let page_of = list(&visit, &organization, role, &query).await?;
    Ok(page(&page_of))
}

/// `POST …/teams`: makes one.
async fn create(
    visit: Visit,
    Path(organization): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&organization)?;
    let (name, description) = (fields.text("name"), fields.text("description"));
    let team: Result<TeamName, _> = name.parse();
    let mistake = match team {
        Err(invalid) => invalid.to_string(),
        Ok(team) => {
            let admin = &visit.services.admin;
            let made = admin
                .create_team(&visit.caller(), &organization, &team, description)
                .await;
            match made {
                Ok(_) => {
                    let text = format!("The team {team} is created. Put members into it here.");
                    return Ok(visit.done(&address(&organization, &team), text));
                }
                Err(AdminError::Invalid(message)) => message,
                Err(other) => return Err(other.into()),
            }
        }
    };
    let again = list(&visit, &organization, role, &Fields::default()).await?;
    Ok(form_again(&TeamsPage {
        name: Typed::wrong(name, sentence(&mistake)),
        description: Typed::new(description),
        ..again
    }))
}

async fn list(
    visit: &Visit,
    organization: &OrganizationName,
    role: Role,
    query: &Fields,
) -> Result<TeamsPage, Failure> {
    let number = PageNumber::of(query);
    let wanted = TeamQuery {
        member: None,
        search: Some(query.text("search").to_owned()),
    };
    let admin = &visit.services.admin;
    let found = admin
        .teams(&visit.caller(), organization, &wanted, number.window())
        .await?;
    let rows = found.entries.into_iter().map(|team| TeamRow {
        description: if team.name.as_str() == OWNERS {
            "The owners of the organization: they pull everything, and change all this.".to_owned()
        } else {
            team.description
        },
        members: counted(team.members, "member", "members"),
        name: team.name.to_string(),
    });
    let path = format!("/orgs/{organization}/teams");
    Ok(TeamsPage {
        organization: organization.to_string(),
        is_owner: role == Role::Owner,
        search: query.text("search").to_owned(),
        counted: counted(found.count, "team", "teams"),
        count: found.count,
        rows: rows.collect(),
        pages: number.pages(&path, query, found.count),
        name: Typed::default(),
        description: Typed::default(),
        shell: visit.shell("Teams"),
    })
}

fn address(organization: &OrganizationName, team: &TeamName) -> String {
    format!("/orgs/{organization}/teams/{team}")
}

/// The organization and the team that an address names, and the visitor's
/// role.
fn named(
    visit: &Visit,
    organization: &str,
    team: &str,
) -> Result<(OrganizationName, TeamName, Role), Failure> {
    let (organization, role) = visit.organization(organization)?;
    let team = team.parse().map_err(|_| {
        Failure::NotFound(Some(format!("{organization} has no team of that name.")))
    })?;
    Ok((organization, team, role))
}
