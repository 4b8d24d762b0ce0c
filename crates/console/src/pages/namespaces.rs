//! Namespaces: which images are an organization's own.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use pullgate_admin::{AdminError, namespace};
use pullgate_policy::OrganizationName;
use pullgate_reference::Pattern;
use pullgate_store::SiteRole;

use super::Routes;
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/orgs/{organization}/namespaces", get(show).post(add))
        .route("/orgs/{organization}/namespaces/remove", post(remove))
}

#[derive(Template)]
#[template(path = "namespaces.html")]
struct NamespacesPage {
    shell: Shell,
    organization: String,
    /// Whether who looks at it gives and takes them.
    is_administrator: bool,
    /// Each one's pattern, and since when it is the organization's.
    rows: Vec<(String, Moment)>,
    typed: Typed,
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let typed = Typed::default();
    Ok(page(&list(&visit, &organization, typed).await?))
}

async fn add(visit: Visit, Path(name): Path<String>, fields: Fields) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let typed = fields.text("namespace");
    let mistake = match namespace(typed) {
        Err(error) => error.to_string(),
        Ok(pattern) => {
            let admin = &visit.services.admin;
            let added = admin
                .add_namespace(&visit.caller(), &organization, &pattern)
                .await;
            match added {
                Ok(()) => {
                    let text = format!(
                        "What lies in {pattern} is {organization}'s own, and always allowed to its members."
                    );
                    return Ok(visit.done(&address(&organization), text));
                }
                Err(AdminError::Conflict(message) | AdminError::Invalid(message)) => message,
                Err(other) => return Err(other.into()),
            }
        }
    };
    let typed = Typed::wrong(typed, sentence(&mistake));
    Ok(form_again(&list(&visit, &organization, typed).await?))
}

async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let pattern = Pattern::parse(fields.text("namespace")).map_err(|_| Failure::NotFound(None))?;
    let admin = &visit.services.admin;
    admin
        .remove_namespace(&visit.caller(), &organization, &pattern)
        .await?;
    let text = format!(
        "{pattern} is not {organization}'s own any more; its images are decided by their category."
    );
    Ok(visit.done(&address(&organization), text))
}

fn address(organization: &OrganizationName) -> String {
    format!("/orgs/{organization}/namespaces")
}

async fn list(
    visit: &Visit,
    organization: &OrganizationName,
    typed: Typed,
) -> Result<NamespacesPage, Failure> {
    let admin = &visit.services.admin;
    let found = admin.namespaces(&visit.caller(), organization).await?;
    let row = |one: pullgate_admin::Namespace| (one.pattern.to_string(), Moment(one.added_at));
    Ok(NamespacesPage {
        organization: organization.to_string(),
        is_administrator: visit.me.site_role == SiteRole::Administrator,
        rows: found.into_iter().map(row).collect(),
        typed,
        shell: visit.shell("Namespaces"),
    })
}
