//! One request, with what the image is beside it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pullgate_admin::{AccessRequest, RequestId};
use pullgate_policy::{OrganizationName, Role};

use super::view::{RequestView, usual_last_day};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::list::address;
use crate::page::{Typed, page};
use crate::pages::image::ImageView;
use crate::shell::Shell;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "request_one.html")]
pub(super) struct OnePage {
    pub(super) shell: Shell,
    organization: String,
    request: RequestView,
    /// Whether the visitor is who asks.
    is_mine: bool,
    image: ImageView,
    lookup: String,
    /// Where who asks adds to it.
    again: String,
    /// The forms with which an owner answers, while it is open.
    pub(super) answer: Option<AnswerForm>,
    /// What came of answering, if it was not taken; empty else.
    pub(super) refused: String,
}

/// What an owner answers.
pub(super) struct AnswerForm {
    /// For whom it can be approved: the word, the label, what it means, and
    /// whether it is chosen.
    covers: Vec<(String, String, String, bool)>,
    pub(super) last_day: Typed,
    pub(super) answer: Typed,
    pub(super) reason: Typed,
}

/// `GET /orgs/{organization}/requests/{id}`.
pub(super) async fn show(
    visit: Visit,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, role) = visit.organization(&name)?;
    let found = read(&visit, &organization, role, &id, "person").await?;
    Ok(page(&found))
}

/// The page of a request, with this chosen as whom an approval is for.
pub(super) async fn read(
    visit: &Visit,
    organization: &OrganizationName,
    role: Role,
    id: &str,
    covers: &str,
) -> Result<OnePage, Failure> {
    let (admin, caller, now) = (&visit.services.admin, visit.caller(), Timestamp::now());
    let request = admin.request(&caller, organization, self::id(id)?).await?;
    let facts = admin
        .image_facts(&caller, organization, &request.repository)
        .await?;
    let is_mine = request.username == *visit.visitor.username();
    let form = if role == Role::Owner && request.closed.is_none() {
        Some(AnswerForm::new(visit, organization, &request, covers, now).await?)
    } else {
        None
    };
    let request = RequestView::new(request, now);
    Ok(OnePage {
        organization: organization.to_string(),
        lookup: address(
            &format!("/orgs/{organization}/lookup"),
            [("image", request.repository.as_str())],
        ),
        again: address(
            "/request",
            [
                ("image", request.repository.as_str()),
                ("organization", organization.as_str()),
            ],
        ),
        is_mine,
        image: ImageView::new(&facts, now),
        answer: form,
        refused: String::new(),
        shell: visit.shell(format!("Request for {}", request.repository)),
        request,
    })
}

impl AnswerForm {
    async fn new(
        visit: &Visit,
        organization: &OrganizationName,
        request: &AccessRequest,
        chosen: &str,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let who = &request.username;
        let admin = &visit.services.admin;
        let member = admin
            .member(&visit.caller(), organization, who.as_str())
            .await?;
        let mut covers = vec![(
            "person".to_owned(),
            format!("{who} alone"),
            "Ends early if they leave the organization.".to_owned(),
            false,
        )];
        covers.extend(member.teams.iter().map(|team| {
            let title = format!("The team {team}");
            let means = format!("{who} is in it.");
            (format!("team:{team}"), title, means, false)
        }));
        covers.push((
            "organization".to_owned(),
            format!("Everybody in {organization}"),
            "All members, whatever their teams.".to_owned(),
            false,
        ));
        for (word, .., on) in &mut covers {
            *on = word == chosen;
        }
        Ok(Self {
            covers,
            last_day: usual_last_day(now),
            answer: Typed::default(),
            reason: Typed::default(),
        })
    }
}

/// `POST /orgs/{organization}/requests/withdraw`.
pub(super) async fn withdraw(
    visit: Visit,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let id = id(fields.text("request"))?;
    let admin = &visit.services.admin;
    let request = admin
        .withdraw_request(&visit.caller(), &organization, id)
        .await?;
    let told = format!("Your request for {} is withdrawn.", request.repository);
    Ok(visit.done("/requests", told))
}

/// Which request is meant.
pub(super) fn id(text: &str) -> Result<RequestId, Failure> {
    text.parse().map_err(|_| Failure::NotFound(None))
}
