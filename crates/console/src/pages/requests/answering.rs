//! What an owner answers: yes until a day, or no and why.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{AccessRequest, AdminError, Approval, ApprovedFor};
use pullgate_policy::{OrganizationName, Role};

use super::home;
use super::one::{AnswerForm, OnePage, id, read};
use super::view::{covered, end_after};
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Moment, Typed, form_again, rendered};
use crate::visit::Visit;

/// `POST /orgs/{organization}/requests/approve`.
pub(super) async fn approve(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let request = fields.text("request");
    let Some(ends_at) = end_after(fields.text("last_day")) else {
        let mut again = again(&visit, &organization, role, &fields).await?;
        if let Some(form) = &mut again.answer {
            "Choose a day, as 2026-12-31.".clone_into(&mut form.last_day.error);
        }
        return Ok(form_again(&again));
    };
    let approval = Approval {
        covers: approved_for(fields.text("covers"))?,
        ends_at,
        answer: fields.text("answer").to_owned(),
    };
    let admin = &visit.services.admin;
    let (caller, request) = (visit.caller(), id(request)?);
    let approved = admin.approve_request(&caller, &organization, request, approval);
    match approved.await {
        Ok(request) => {
            let told = told(&request, ends_at);
            Ok(visit.done(&home(&organization), told))
        }
        Err(error) => {
            let passed = admin.has_passed(ends_at);
            let field = |form: &mut AnswerForm, told| {
                let field = if passed {
                    &mut form.last_day
                } else {
                    &mut form.answer
                };
                field.error = told;
            };
            refused(&visit, &organization, role, &fields, error, field).await
        }
    }
}

/// `POST /orgs/{organization}/requests/decline`.
pub(super) async fn decline(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let admin = &visit.services.admin;
    let (caller, request) = (visit.caller(), id(fields.text("request"))?);
    let declined = admin.decline_request(&caller, &organization, request, fields.text("reason"));
    match declined.await {
        Ok(request) => {
            let (who, what) = (&request.username, &request.repository);
            let told = format!("Declined: {who} reads why {what} stays denied.");
            Ok(visit.done(&home(&organization), told))
        }
        Err(error) => {
            let field = |form: &mut AnswerForm, told| form.reason.error = told;
            refused(&visit, &organization, role, &fields, error, field).await
        }
    }
}

/// What was made, and when it ends.
fn told(request: &AccessRequest, ends_at: Timestamp) -> String {
    let became = request
        .closed
        .as_ref()
        .and_then(|closed| closed.became.as_ref());
    let covers = became.map_or_else(
        || request.username.to_string(),
        |became| covered(&became.covers),
    );
    format!(
        "Approved: {} may be pulled by {covers} from the next pull on, until {}.",
        request.repository,
        Moment(ends_at)
    )
}

/// For whom, by the word of the form.
fn approved_for(word: &str) -> Result<ApprovedFor, Failure> {
    let nobody = || Failure::Refused("It has to be said for whom it is approved.".to_owned());
    match word {
        "person" => Ok(ApprovedFor::WhoAsked),
        "organization" => Ok(ApprovedFor::Organization),
        team => {
            let team = team.strip_prefix("team:").ok_or_else(nobody)?;
            team.parse().map(ApprovedFor::Team).map_err(|_| nobody())
        }
    }
}

/// The page again, with what was typed.
async fn again(
    visit: &Visit,
    organization: &OrganizationName,
    role: Role,
    fields: &Fields,
) -> Result<OnePage, Failure> {
    let (request, covers) = (fields.text("request"), fields.text("covers"));
    let covers = if covers.is_empty() { "person" } else { covers };
    let mut page = read(visit, organization, role, request, covers).await?;
    if let Some(form) = &mut page.answer {
        if fields.has("last_day") {
            form.last_day = Typed::new(fields.text("last_day"));
        }
        form.answer = Typed::new(fields.text("answer"));
        form.reason = Typed::new(fields.text("reason"));
    }
    Ok(page)
}

/// What was not taken: at its field if another answer would be, else above
/// all.
async fn refused(
    visit: &Visit,
    organization: &OrganizationName,
    role: Role,
    fields: &Fields,
    error: AdminError,
    tell_at_field: impl FnOnce(&mut AnswerForm, String),
) -> Result<Response, Failure> {
    let told = sentence(&error.to_string());
    match error {
        AdminError::Invalid(_) => {
            let mut page = again(visit, organization, role, fields).await?;
            if let Some(form) = &mut page.answer {
                tell_at_field(form, told);
            }
            Ok(form_again(&page))
        }
        AdminError::Conflict(_) => {
            let mut page = again(visit, organization, role, fields).await?;
            page.refused = told;
            Ok(rendered(StatusCode::CONFLICT, &page))
        }
        other => Err(other.into()),
    }
}
