//! One change, with how it was before and after.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::Value as Json;

use crate::failure::{Failure, sentence};
use crate::page::{Moment, page};
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "change.html")]
struct ChangePage {
    shell: Shell,
    organization: String,
    number: i64,
    label: String,
    action: String,
    subject: String,
    actor: String,
    description: String,
    differences: Vec<String>,
    /// How it was; empty if it was not there.
    was: String,
    /// How it is since; empty if it is gone.
    since: String,
    at: Moment,
}

/// `GET …/activity/changes/{number}`.
pub(super) async fn show(
    visit: Visit,
    Path((name, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let number = number.parse().map_err(|_| Failure::NotFound(None))?;
    let admin = &visit.services.admin;
    let change = admin
        .organization_change(&visit.caller(), &organization, number)
        .await?;
    Ok(page(&ChangePage {
        organization: organization.to_string(),
        number: change.number,
        description: sentence(&change.description),
        was: readable(change.before.as_ref()),
        since: readable(change.after.as_ref()),
        at: Moment(change.at),
        shell: visit.shell(change.label.clone()),
        label: change.label,
        action: change.action,
        subject: change.subject,
        actor: change.actor,
        differences: change.differences,
    }))
}

/// A state in lines: a text as it is, anything else as indented JSON.
fn readable(state: Option<&Json>) -> String {
    match state {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => format!("{other:#}"),
    }
}
