//! The page that the link of an invite leads to.
//!
//! Whoever has the link sees what it is, and joins: as who they are, if they
//! have signed in, or as somebody new. Whether there is an account of the
//! invited name or address is told to nobody.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use pullgate_admin::{Actor, AdminError, Invite, Invitee, Organization};
use pullgate_identity::Secret;
use pullgate_policy::Username;

use super::Routes;
use crate::client::Way;
use crate::console::Services;
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::flash::Flash;
use crate::next::Next;
use crate::page::{Moment, Typed, page, rendered};
use crate::shell::role;
use crate::visit::{Context, Visit, keep};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/invite/{secret}", get(show))
        .route("/invite/{secret}/join", post(join))
        .route("/invite/{secret}/account", post(join_as_new))
        .route("/invite/{secret}/decline", post(decline))
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    secret: String,
    organization: String,
    display_name: String,
    invitee: String,
    role: &'static str,
    team: String,
    invited_by: String,
    ends: Moment,
    /// Whether a password may be typed over this way.
    is_safe: bool,
    /// Who has signed in; empty for nobody.
    username: String,
    /// What the forms of a session carry; empty without one.
    token: String,
    sign_in: String,
    /// Whether the invite is for one user name alone.
    is_named: bool,
    new_name: Typed,
    /// What is wrong with the password; empty if nothing is.
    password: String,
    /// Why they could not join; empty if nothing was tried.
    error: String,
}

#[derive(Template)]
#[template(path = "invite_gone.html")]
struct GonePage {
    is_signed_in: bool,
    /// What has just become of it, if that was here.
    declined: bool,
}

async fn show(
    State(services): State<Arc<Services>>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let secret = Secret::from(secret);
    match services.admin.received_invite(&secret).await {
        Ok(received) => Ok(page(&invited_page(&context, &secret, received))),
        Err(error) => gone(&context, error),
    }
}

/// `POST /invite/{secret}/join`: as who has signed in.
async fn join(visit: Visit, Path(secret): Path<String>) -> Result<Response, Failure> {
    let secret = Secret::from(secret);
    let admin = &visit.services.admin;
    match admin.accept_invite(&visit.caller(), &secret).await {
        Ok(invite) => Ok(visit.done(&format!("/orgs/{}", invite.organization), welcome(&invite))),
        Err(AdminError::Forbidden(message) | AdminError::Conflict(message)) => {
            again(&visit.services, &visit.context, &secret, |page| {
                page.error = sentence(&message);
            })
            .await
        }
        Err(error) => gone(&visit.context, error),
    }
}

/// `POST /invite/{secret}/account`: as somebody new, who is signed in then.
async fn join_as_new(
    State(services): State<Arc<Services>>,
    context: Context,
    Path(secret): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let secret = Secret::from(secret);
    let typed = fields.text("username");
    let mistaken = |wrong: Mistake| {
        again(&services, &context, &secret, move |page| {
            typed.clone_into(&mut page.new_name.value);
            match wrong {
                Mistake::Name(message) => page.new_name.error = sentence(&message),
                Mistake::Password(message) => page.password = sentence(&message),
                Mistake::Other(message) => page.error = sentence(&message),
            }
        })
    };
    if context.way == Way::Plain || context.visitor.is_some() {
        // The page says what to do instead of offering this.
        return again(&services, &context, &secret, |_| {}).await;
    }
    let Ok(username) = typed.parse::<Username>() else {
        let message = "use 1 to 64 lowercase letters, digits, dots, dashes and underscores, beginning with a letter or a digit";
        return mistaken(Mistake::Name(message.to_owned())).await;
    };
    let password = fields.secret("password");
    let sessions = &services.sessions;
    let joined = sessions.join_as_new(&secret, username, &password, context.browser());
    match joined.await {
        Ok((invite, opened)) => {
            let path = format!("/orgs/{}", invite.organization);
            let mut response = Redirect::to(&path).into_response();
            Flash::done(welcome(&invite)).send(response.headers_mut(), context.way);
            keep(&mut response, context.way, &opened);
            Ok(response)
        }
        Err(AdminError::Invalid(message)) => mistaken(Mistake::Password(message)).await,
        Err(AdminError::Conflict(message)) => mistaken(Mistake::Name(message)).await,
        Err(AdminError::Forbidden(message)) => mistaken(Mistake::Other(message)).await,
        Err(error) => gone(&context, error),
    }
}

/// What of a new account cannot be used.
enum Mistake {
    Name(String),
    Password(String),
    Other(String),
}

/// `POST /invite/{secret}/decline`.
async fn decline(
    State(services): State<Arc<Services>>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    match services.admin.decline_invite(&Secret::from(secret)).await {
        Ok(()) => Ok(page(&GonePage {
            is_signed_in: context.visitor.is_some(),
            declined: true,
        })),
        Err(error) => gone(&context, error),
    }
}

/// The page again, with what is wrong.
async fn again(
    services: &Services,
    context: &Context,
    secret: &Secret,
    tell: impl FnOnce(&mut InvitedPage),
) -> Result<Response, Failure> {
    match services.admin.received_invite(secret).await {
        Ok(received) => {
            let mut page = invited_page(context, secret, received);
            tell(&mut page);
            Ok(rendered(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => gone(context, error),
    }
}

/// What a link shows that lets nobody in any more.
fn gone(context: &Context, error: AdminError) -> Result<Response, Failure> {
    match error {
        AdminError::NotFound(_) => Ok(rendered(
            StatusCode::NOT_FOUND,
            &GonePage {
                is_signed_in: context.visitor.is_some(),
                declined: false,
            },
        )),
        other => Err(other.into()),
    }
}

fn welcome(invite: &Invite) -> String {
    let role = role(invite.role).to_lowercase();
    let organization = &invite.organization;
    let article = if role.starts_with('o') { "an" } else { "a" };
    format!("Welcome to {organization}: you are {article} {role} now.")
}

fn invited_page(
    context: &Context,
    secret: &Secret,
    (invite, organization): (Invite, Organization),
) -> InvitedPage {
    let visitor = context.visitor.as_deref();
    let address = format!("/invite/{}", secret.expose());
    let name = match &invite.invitee {
        Invitee::Username(name) => name.to_string(),
        Invitee::Email(_) => String::new(),
    };
    InvitedPage {
        secret: secret.expose().to_owned(),
        organization: organization.name.to_string(),
        display_name: organization.display_name,
        is_named: !name.is_empty(),
        new_name: Typed::new(name),
        invitee: invite.invitee.to_string(),
        role: role(invite.role),
        team: invite.team.map(|team| team.to_string()).unwrap_or_default(),
        invited_by: match &invite.made_by {
            Actor::Person(username) => username.to_string(),
            _ => String::new(),
        },
        ends: Moment(invite.ends_at),
        is_safe: context.way != Way::Plain,
        username: visitor
            .map(|one| one.username().to_string())
            .unwrap_or_default(),
        token: visitor
            .map(|one| one.form_token().to_owned())
            .unwrap_or_default(),
        sign_in: Next::read(&address).after_sign_in(),
        password: String::new(),
        error: String::new(),
    }
}
