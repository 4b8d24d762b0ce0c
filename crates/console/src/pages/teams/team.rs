//! One team and its members.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::AdminError;
use pullgate_policy::{OrganizationName, Role, TeamName};

use super::super::members::MemberRow;
use super::{OWNERS, address, named};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PageNumber, Pages, counted};
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    shell: Shell,
    organization: String,
    team: String,
    description: String,
    is_owner: bool,
    /// Whether it is the team that is made of the owners.
    is_owners: bool,
    search: String,
    counted: String,
    count: u64,
    rows: Vec<MemberRow>,
    pages: Pages,
    member: Typed,
    /// Why something was not done; empty if nothing was tried.
    error: String,
}

/// `GET …/teams/{team}`.
pub(super) async fn show(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    let found = team_page(&visit, &organization, &team, role, &query).await?;
    Ok(page(&found))
}

/// `POST …/teams/{team}/members`: puts a member into it.
pub(super) async fn add_member(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    let typed = fields.text("member");
    let admin = &visit.services.admin;
    let added = admin
        .add_team_member(&visit.caller(), &organization, &team, typed)
        .await;
    match added {
        Ok(member) => {
            let text = format!("{} is in the team {team}.", member.username);
            Ok(visit.done(&address(&organization, &team), text))
        }
        Err(AdminError::NotFound(message) | AdminError::Invalid(message)) => {
            // Also where the team is gone, which the page then says.
            let nothing = Fields::default();
            let again = team_page(&visit, &organization, &team, role, &nothing).await?;
            Ok(form_again(&TeamPage {
                member: Typed::wrong(typed, sentence(&message)),
                ..again
            }))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST …/teams/{team}/members/remove`: takes a member out of it.
pub(super) async fn remove_member(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    let member = fields.text("member");
    let admin = &visit.services.admin;
    let removed = admin
        .remove_team_member(&visit.caller(), &organization, &team, member)
        .await;
    match removed {
        Ok(()) => {
            let text = format!("{member} is not in the team {team} any more.");
            Ok(visit.done(&address(&organization, &team), text))
        }
        Err(AdminError::Invalid(message)) => {
            let nothing = Fields::default();
            let again = team_page(&visit, &organization, &team, role, &nothing).await?;
            Ok(form_again(&TeamPage {
                error: format!("That was not done: {message}."),
                ..again
            }))
        }
        Err(other) => Err(other.into()),
    }
}

async fn team_page(
    visit: &Visit,
    organization: &OrganizationName,
    team: &TeamName,
    role: Role,
    query: &Fields,
) -> Result<TeamPage, Failure> {
    let (admin, caller) = (&visit.services.admin, visit.caller());
    let number = PageNumber::of(query);
    let search = query.text("search");
    let summary = admin.team(&caller, organization, team).await?;
    let found = admin
        .team_members(&caller, organization, team, Some(search), number.window())
        .await?;
    Ok(TeamPage {
        organization: organization.to_string(),
        team: team.to_string(),
        description: summary.description,
        is_owner: role == Role::Owner,
        is_owners: team.as_str() == OWNERS,
        search: search.to_owned(),
        counted: counted(found.count, "member", "members"),
        count: found.count,
        rows: found.entries.into_iter().map(Into::into).collect(),
        pages: number.pages(&address(organization, team), query, found.count),
        member: Typed::default(),
        error: String::new(),
        shell: visit.shell(format!("Team {team}")),
    })
}
