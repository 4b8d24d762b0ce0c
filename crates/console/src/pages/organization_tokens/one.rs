//! One access token of an organization.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{AdminError, Whose};
use pullgate_identity::granted;
use pullgate_policy::{OrganizationName, Switch};
use pullgate_store::{Token, TokenEdit, TokenId};

use super::form::{Wanted, everything, paths};
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::list;
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "organization_token.html")]
struct TokenPage {
    shell: Shell,
    organization: String,
    id: String,
    name: String,
    is_on: bool,
    has_ended: bool,
    reach: Vec<String>,
    made: Moment,
    made_by: String,
    made_from: String,
    made_with: String,
    used: Option<(Moment, String)>,
    end: Option<Moment>,
    /// What was pulled with it.
    pulls: String,
    called: Typed,
    description: Typed,
    is_bounded: bool,
    resources: Typed,
}

/// `GET …/tokens/{token}`.
pub(super) async fn show(
    visit: Visit,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, id) = named(&visit, &organization, &id)?;
    let token = read(&visit, &organization, id).await?;
    Ok(page(&token_page(&visit, &organization, token)))
}

/// `POST …/tokens/{token}`: another label, description, or other repositories.
pub(super) async fn change(
    visit: Visit,
    Path((organization, id)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, id) = named(&visit, &organization, &id)?;
    let mut wanted = Wanted::read(&fields);
    let before = read(&visit, &organization, id).await?;
    // Nothing is said of one that was bounded to nothing before and is not.
    let resources = match (&before.resources, wanted.resources()) {
        (None, None) => None,
        (Some(_), None) => Some(vec![everything()]),
        (_, some) => some,
    };
    let edit = TokenEdit {
        label: Some(wanted.label.value.clone()),
        description: Some(wanted.description.value.clone()),
        resources,
        status: None,
    };
    let whose = Whose::Organization(&organization);
    let admin = &visit.services.admin;
    let changed = admin
        .change_access_token(&visit.caller(), whose, id, edit)
        .await;
    match changed {
        Ok(_) => Ok(visit.done(
            &address(&organization, id),
            "The token is changed, and holds from the next pull on.",
        )),
        Err(AdminError::Invalid(message)) => {
            wanted.mistake(&sentence(&message));
            let again = token_page(&visit, &organization, before);
            Ok(form_again(&TokenPage {
                called: wanted.label,
                description: wanted.description,
                is_bounded: wanted.is_bounded,
                resources: wanted.resources,
                ..again
            }))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST …/tokens/{token}/switch`: on or off.
pub(super) async fn switch(
    visit: Visit,
    Path((organization, id)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, id) = named(&visit, &organization, &id)?;
    let (status, text) = match fields.text("status") {
        "on" => (
            Switch::On,
            "The token is on: machines can pull with it again.",
        ),
        _ => (
            Switch::Off,
            "The token is off: nothing can be pulled with it until it is switched on.",
        ),
    };
    let edit = TokenEdit {
        status: Some(status),
        ..TokenEdit::default()
    };
    let whose = Whose::Organization(&organization);
    let admin = &visit.services.admin;
    admin
        .change_access_token(&visit.caller(), whose, id, edit)
        .await?;
    Ok(visit.done(&address(&organization, id), text))
}

/// `POST …/tokens/{token}/delete`.
pub(super) async fn delete(
    visit: Visit,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, id) = named(&visit, &organization, &id)?;
    let whose = Whose::Organization(&organization);
    let admin = &visit.services.admin;
    admin
        .delete_access_token(&visit.caller(), whose, id)
        .await?;
    let path = format!("/orgs/{organization}/tokens");
    let text = "The organization token is deleted: nothing is signed in with it any more.";
    Ok(visit.done(&path, text))
}

fn named(
    visit: &Visit,
    organization: &str,
    id: &str,
) -> Result<(OrganizationName, TokenId), Failure> {
    let (organization, _) = visit.organization(organization)?;
    let id = id.parse().map_err(|_| Failure::NotFound(None))?;
    Ok((organization, id))
}

async fn read(
    visit: &Visit,
    organization: &OrganizationName,
    id: TokenId,
) -> Result<Token, Failure> {
    let whose = Whose::Organization(organization);
    let admin = &visit.services.admin;
    Ok(admin.access_token(&visit.caller(), whose, id).await?)
}

fn token_page(visit: &Visit, organization: &OrganizationName, token: Token) -> TokenPage {
    let now = Timestamp::now();
    let last = token.last_used_at.map(Moment);
    let bounds = token.resources.as_deref().unwrap_or_default();
    let is_bounded = !bounds.is_empty() && bounds != [everything()];
    let bounds = bounds.iter().map(|resource| resource.path.as_str());
    let bounds: Vec<&str> = bounds.filter(|_| is_bounded).collect();
    TokenPage {
        organization: organization.to_string(),
        id: token.id.to_string(),
        is_on: token.status == Switch::On,
        has_ended: token.expires_at.is_some_and(|end| end <= now),
        reach: paths(&granted(&token)),
        made: Moment(token.created_at),
        made_by: match &token.created_by {
            Some(pullgate_store::Actor::Person(username)) => username.to_string(),
            Some(other) => other.to_string(),
            None => String::new(),
        },
        used: last.map(|at| (at, at.seen_from(now))),
        end: token.expires_at.map(Moment),
        pulls: list::address(
            &format!("/orgs/{organization}/activity"),
            [(
                "person",
                format!("token:{organization}/{}", token.label).as_str(),
            )],
        ),
        called: Typed::new(token.label.clone()),
        description: Typed::new(token.description.clone()),
        is_bounded,
        resources: Typed::new(bounds.join("\n")),
        shell: visit.shell("Organization token"),
        made_from: token.origin.address,
        made_with: token.origin.agent,
        name: token.label,
    }
}

fn address(organization: &OrganizationName, id: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{id}")
}
