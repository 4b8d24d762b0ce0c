//! One member: their role and teams, and the end of their membership.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::{AccountStatus, AdminError, OrganizationMember};
use pullgate_policy::{OrganizationName, Role};

use super::read_role;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::{Moment, form_again, page};
use crate::shell::{Shell, role};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "member.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "what a template asks, each by itself"
)]
struct PersonPage {
    shell: Shell,
    organization: String,
    /// Whether who looks at it may change it.
    is_owner: bool,
    username: String,
    /// None for who may not see it.
    email: Option<String>,
    role: &'static str,
    owns: bool,
    is_active: bool,
    is_me: bool,
    teams: Vec<String>,
    since: Moment,
    /// Why it was not done; empty if nothing was tried.
    error: String,
}

/// `GET …/members/person/{name}`.
pub(super) async fn show(
    visit: Visit,
    Path((name, person)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, standing) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    let member = admin
        .member(&visit.caller(), &organization, &person)
        .await?;
    Ok(page(&person_page(&visit, &organization, standing, member)))
}

/// `POST …/members/role`.
pub(super) async fn set_role(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let person = fields.text("member");
    let wanted = read_role(fields.text("role"))
        .ok_or_else(|| Failure::Refused("Choose a role: owner or member.".to_owned()))?;
    let admin = &visit.services.admin;
    let set = admin
        .set_role(&visit.caller(), &organization, person, wanted)
        .await;
    match set {
        Ok(member) => {
            let username = &member.username;
            let text = match wanted {
                Role::Owner => format!("{username} is an owner of {organization} now."),
                Role::Member => {
                    format!("{username} is a member of {organization} like others now.")
                }
            };
            Ok(visit.done(&address(&organization, username.as_str()), text))
        }
        Err(error) => again(&visit, &organization, person, error).await,
    }
}

/// `POST …/members/remove`.
pub(super) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let person = fields.text("member");
    let admin = &visit.services.admin;
    let removed = admin
        .remove_member(&visit.caller(), &organization, person)
        .await;
    if let Err(error) = removed {
        return again(&visit, &organization, person, error).await;
    }
    if person == visit.me.username.as_str() {
        // They have nothing to see there any more.
        return Ok(visit.done("/account", format!("You have left {organization}.")));
    }
    let text = format!(
        "{person} does not belong to {organization} any more, and pulls nothing by its policy from now on."
    );
    Ok(visit.done(&format!("/orgs/{organization}/members"), text))
}

/// The page again, with why it was not done, as for the last owner.
async fn again(
    visit: &Visit,
    organization: &OrganizationName,
    person: &str,
    error: AdminError,
) -> Result<Response, Failure> {
    let AdminError::Invalid(message) = error else {
        return Err(error.into());
    };
    let admin = &visit.services.admin;
    let member = admin.member(&visit.caller(), organization, person).await?;
    let page = person_page(visit, organization, Role::Owner, member);
    Ok(form_again(&PersonPage {
        error: format!("That was not done: {message}."),
        ..page
    }))
}

fn person_page(
    visit: &Visit,
    organization: &OrganizationName,
    standing: Role,
    member: OrganizationMember,
) -> PersonPage {
    PersonPage {
        organization: organization.to_string(),
        is_owner: standing == Role::Owner,
        is_me: member.username == visit.me.username,
        role: role(member.role),
        owns: member.role == Role::Owner,
        is_active: member.status == AccountStatus::Active,
        teams: member.teams.iter().map(ToString::to_string).collect(),
        since: Moment(member.since),
        error: String::new(),
        shell: visit.shell(member.username.to_string()),
        username: member.username.to_string(),
        email: member.email,
    }
}

fn address(organization: &OrganizationName, username: &str) -> String {
    format!("/orgs/{organization}/members/person/{username}")
}
