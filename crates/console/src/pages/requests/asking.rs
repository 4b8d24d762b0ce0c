//! The page that a denial links to: asking the owners for access.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use pullgate_admin::{AccessAsk, AdminError, AskedAccess, Asking, AskingProspect};
use pullgate_policy::OrganizationName;

use super::view::RequestView;
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::address;
use crate::page::{Typed, form_again, page, rendered};
use crate::pages::image::why;
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words::{self, Word};

#[derive(Template)]
#[template(path = "request.html")]
struct AskPage {
    shell: Shell,
    image: Typed,
    reason: Typed,
    about: Option<About>,
    /// What came of asking, if it was not taken; empty else.
    refused: String,
    /// How the same is done in a terminal.
    commands: String,
}

/// What is known of the image that is asked for.
struct About {
    repository: String,
    /// Whether it has another name than the one that was typed.
    is_renamed: bool,
    category: Word,
    outcome: Word,
    permits: bool,
    /// Why it is denied or allowed.
    sentence: String,
    /// Whose owners are asked; empty if nobody can be.
    organization: String,
    /// Why nobody can be asked; empty if somebody can.
    nobody: String,
    /// The other organizations that deny it.
    others: Vec<String>,
    open: Option<RequestView>,
}

#[derive(Template)]
#[template(path = "request_sent.html")]
struct SentPage {
    shell: Shell,
    asking: Asking,
    request: RequestView,
    /// Other organizations that deny it, why, and where they are asked.
    others: Vec<(String, String, String)>,
}

impl SentPage {
    fn title(&self) -> &'static str {
        title(self.asking)
    }
}

fn title(asking: Asking) -> &'static str {
    match asking {
        Asking::Made(_) => "Request sent",
        Asking::Repeated(_) => "Added to your request",
        Asking::SaidBefore(_) => "You have asked this already",
    }
}

/// `GET /request?image=`, where a denial's link leads.
pub(super) async fn show(visit: Visit, Query(query): Query) -> Result<Response, Failure> {
    let (asked, typed) = (organization(&query)?, query.text("image"));
    let found = form(&visit, typed, asked.as_ref()).await?;
    if found.image.error.is_empty() {
        Ok(page(&found))
    } else {
        Ok(form_again(&found))
    }
}

/// `POST /request`: sends the request.
pub(super) async fn ask(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let asked = organization(&fields)?;
    let (image, reason) = (fields.text("image"), fields.text("reason"));
    let ask = AccessAsk {
        image: image.to_owned(),
        reason: reason.to_owned(),
        organization: asked.clone(),
    };
    let admin = &visit.services.admin;
    let refused = match admin.ask_for_access(&visit.caller(), ask).await {
        Ok(sent) => return Ok(page(&told(&visit, sent))),
        Err(refused @ (AdminError::Invalid(_) | AdminError::Conflict(_))) => refused,
        Err(other) => return Err(other.into()),
    };
    let mut found = form(&visit, image, asked.as_ref()).await?;
    reason.clone_into(&mut found.reason.value);
    let told = sentence(&refused.to_string());
    if matches!(refused, AdminError::Invalid(_)) {
        // What is no image has been told at its field.
        if found.image.error.is_empty() {
            found.reason.error = told;
        }
        return Ok(form_again(&found));
    }
    let is_told = found.about.as_ref().is_some_and(|it| it.nobody == told);
    found.refused = if is_told { String::new() } else { told };
    Ok(rendered(StatusCode::CONFLICT, &found))
}

/// Whose owners are asked, if that is said.
fn organization(fields: &Fields) -> Result<Option<OrganizationName>, Failure> {
    match fields.text("organization") {
        "" => Ok(None),
        name => name.parse().map(Some).map_err(|_| Failure::NotFound(None)),
    }
}

async fn form(
    visit: &Visit,
    typed: &str,
    asked: Option<&OrganizationName>,
) -> Result<AskPage, Failure> {
    let mut image = Typed::new(typed);
    let mut about = None;
    if !typed.is_empty() {
        let admin = &visit.services.admin;
        match admin
            .prospect_of_asking(&visit.caller(), typed, asked)
            .await
        {
            Ok(prospect) => about = Some(About::new(typed, prospect)),
            Err(AdminError::Invalid(message)) => image.error = sentence(&message),
            Err(other) => return Err(other.into()),
        }
    }
    let configured = visit.services.settings.public_url.clone();
    let server = configured.unwrap_or_else(|| visit.context.host.clone());
    let named = about.as_ref().map_or("IMAGE", |about| &about.repository);
    Ok(AskPage {
        commands: format!(
            "pullgate login {server}\npullgate request access {named} --reason 'WHY'\npullgate request list"
        ),
        image,
        reason: Typed::default(),
        about,
        refused: String::new(),
        shell: visit.shell("Request access"),
    })
}

impl About {
    fn new(typed: &str, prospect: AskingProspect) -> Self {
        let AskingProspect {
            reference,
            decision,
            asks,
            also_denied,
            open,
        } = prospect;
        let repository = reference.repository().to_string();
        let others = also_denied.into_iter().filter_map(|it| it.organization);
        let (organization, nobody) = match asks {
            Ok(organization) => (organization.to_string(), String::new()),
            Err(why) => (String::new(), sentence(&why)),
        };
        Self {
            is_renamed: !typed.starts_with(&repository),
            repository,
            category: words::category(decision.category),
            outcome: words::outcome(decision.outcome),
            permits: decision.permits(),
            sentence: why(&decision),
            organization,
            nobody,
            others: others.map(|name| name.to_string()).collect(),
            open: open.map(|request| RequestView::new(request, Timestamp::now())),
        }
    }
}

fn told(visit: &Visit, sent: AskedAccess) -> SentPage {
    let request = RequestView::new(sent.request, Timestamp::now());
    let others = sent.also_denied.into_iter().filter_map(|denial| {
        let organization = denial.organization.as_ref()?.to_string();
        let with = [
            ("image", request.repository.as_str()),
            ("organization", &organization),
        ];
        let href = address("/request", with);
        Some((organization, why(&denial), href))
    });
    SentPage {
        others: others.collect(),
        asking: sent.asking,
        shell: visit.shell(title(sent.asking)),
        request,
    }
}
