//! A team's name and description, and its end.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_admin::{AdminError, TeamEdit};

use super::{OWNERS, address, named};
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "team_settings.html")]
struct SettingsPage {
    shell: Shell,
    organization: String,
    team: String,
    name: Typed,
    description: Typed,
}

/// `GET …/teams/{team}/settings`.
pub(super) async fn show(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    let admin = &visit.services.admin;
    let found = admin.team(&visit.caller(), &organization, &team).await?;
    if role == pullgate_policy::Role::Member || team.as_str() == OWNERS {
        // There is nothing for them to change.
        return Err(Failure::NotFound(None));
    }
    Ok(page(&SettingsPage {
        organization: organization.to_string(),
        name: Typed::new(found.name.to_string()),
        description: Typed::new(found.description),
        shell: visit.shell(format!("Settings of team {team}")),
        team: team.to_string(),
    }))
}

/// `POST …/teams/{team}/settings`.
pub(super) async fn change(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, _) = named(&visit, &organization, &team)?;
    let (name, description) = (fields.text("name"), fields.text("description"));
    let mistake = match name.parse() {
        Err(invalid) => {
            let invalid: pullgate_policy::InvalidName = invalid;
            invalid.to_string()
        }
        Ok(new) => {
            let edit = TeamEdit {
                name: Some(new),
                description: Some(description.to_owned()),
            };
            let admin = &visit.services.admin;
            let changed = admin
                .change_team(&visit.caller(), &organization, &team, edit)
                .await;
            match changed {
                Ok(since) => {
                    return Ok(
                        visit.done(&address(&organization, &since.name), "The team is changed.")
                    );
                }
                Err(AdminError::Invalid(message)) => message,
                Err(other) => return Err(other.into()),
            }
        }
    };
    Ok(form_again(&SettingsPage {
        organization: organization.to_string(),
        name: Typed::wrong(name, sentence(&mistake)),
        description: Typed::new(description),
        shell: visit.shell(format!("Settings of team {team}")),
        team: team.to_string(),
    }))
}

/// `POST …/teams/{team}/delete`.
pub(super) async fn delete(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, team, _) = named(&visit, &organization, &team)?;
    let admin = &visit.services.admin;
    admin
        .delete_team(&visit.caller(), &organization, &team)
        .await?;
    let text = format!("The team {team} is deleted, with all that it might pull in addition.");
    Ok(visit.done(&format!("/orgs/{organization}/teams"), text))
}
