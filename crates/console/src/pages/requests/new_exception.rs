//! Making an exception without being asked.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{AdminError, NewException};
use pullgate_policy::{Covers, Role};

use super::home;
use super::view::{covered, end_after, usual_last_day};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::page::{Moment, Typed, form_again, page, rendered};
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "exception_new.html")]
struct NewPage {
    shell: Shell,
    organization: String,
    image: Typed,
    /// The word of whom it is for.
    covers: String,
    whom: Typed,
    last_day: Typed,
    reason: Typed,
    /// Why it was not made; empty else.
    refused: String,
}

impl NewPage {
    fn is_for(&self, word: &str) -> bool {
        self.covers == word
    }

    fn is_wrong(&self) -> bool {
        let fields = [&self.image, &self.whom, &self.last_day, &self.reason];
        fields.iter().any(|field| !field.error.is_empty())
    }
}

/// `GET /orgs/{organization}/requests/exceptions/new`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    if role != Role::Owner {
        return Err(Failure::Forbidden(format!(
            "Only an owner of {organization} makes exceptions. Ask for access instead, and an owner can."
        )));
    }
    Ok(page(&NewPage {
        image: Typed::new(query.text("image")),
        covers: "organization".to_owned(),
        whom: Typed::default(),
        last_day: usual_last_day(Timestamp::now()),
        reason: Typed::default(),
        refused: String::new(),
        organization: organization.to_string(),
        shell: visit.shell("Add an exception"),
    }))
}

/// `POST /orgs/{organization}/requests/exceptions/new`.
pub(super) async fn add(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let mut form = NewPage {
        image: Typed::new(fields.text("image")),
        covers: fields.text("covers").to_owned(),
        whom: Typed::new(fields.text("whom")),
        last_day: Typed::new(fields.text("last_day")),
        reason: Typed::new(fields.text("reason")),
        refused: String::new(),
        organization: organization.to_string(),
        shell: visit.shell("Add an exception"),
    };
    let admin = &visit.services.admin;
    let image = admin.read_image(&form.image.value);
    if let Err(error) = &image {
        form.image.error = sentence(&error.to_string());
    }
    let ends_at = end_after(&form.last_day.value);
    if ends_at.is_none() {
        "Choose a day, as 2026-12-31.".clone_into(&mut form.last_day.error);
    }
    let covers = covers(&mut form);
    let (Ok(image), Some(ends_at), Some(covers)) = (image, ends_at, covers) else {
        return Ok(form_again(&form));
    };
    let exception = NewException {
        repository: image.repository(),
        covers,
        ends_at,
        reason: form.reason.value.clone(),
    };
    let caller = visit.caller();
    let made = admin.add_exception(&caller, &organization, exception);
    let error = match made.await {
        Ok(made) => {
            let exception = made.exception;
            let told = format!(
                "{} may be pulled by {} until {}.",
                exception.repository,
                covered(&exception.covers),
                Moment(exception.ends_at)
            );
            let path = format!("{}/exceptions", home(&organization));
            return Ok(visit.done(&path, told));
        }
        Err(error) => error,
    };
    let told = sentence(&error.to_string());
    match error {
        AdminError::Invalid(_) if admin.has_passed(ends_at) => form.last_day.error = told,
        AdminError::Invalid(_) => form.reason.error = told,
        // The organization is there, so it is the team or the member.
        AdminError::NotFound(_) => form.whom.error = told,
        AdminError::Conflict(_) => form.refused = told,
        other => return Err(other.into()),
    }
    if form.is_wrong() {
        Ok(form_again(&form))
    } else {
        Ok(rendered(StatusCode::CONFLICT, &form))
    }
}

/// Whom it is for; none if that is not said, which is told at its field.
fn covers(form: &mut NewPage) -> Option<Covers> {
    let name = &form.whom.value;
    let read = match &*form.covers {
        "organization" => return Some(Covers::Organization),
        "team" => name.parse().map(Covers::Team),
        _ => name.parse().map(Covers::Person),
    };
    match read {
        Ok(covers) => Some(covers),
        Err(_) if name.is_empty() => {
            "Name the team or the member.".clone_into(&mut form.whom.error);
            None
        }
        Err(error) => {
            form.whom.error = sentence(&error.to_string());
            None
        }
    }
}
