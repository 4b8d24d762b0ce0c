//! The first minutes: naming the organization, and making its owner.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use pullgate_admin::{SetUpAnswers, SetUpError, SetUpField};
use pullgate_identity::Secret;

use super::Routes;
use crate::client::Way;
use crate::console::Services;
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::flash::Flash;
use crate::page::{Typed, form_again, page, rendered};
use crate::visit::{Context, keep};

pub(super) fn routes() -> Routes {
    Routes::new().route("/setup", get(show).post(set_up))
}

#[derive(Template, Default)]
#[template(path = "set_up.html")]
struct SetUpPage {
    key: String,
    organization: Typed,
    display_name: Typed,
    namespace: Typed,
    username: Typed,
    email: Typed,
    password: Typed,
    is_wrong: bool,
}

#[derive(Template)]
#[template(path = "set_up_gone.html")]
struct GonePage {
    is_safe: bool,
}

async fn show(
    State(services): State<Arc<Services>>,
    context: Context,
    Query(query): Query,
) -> Result<Response, Failure> {
    if context.way == Way::Plain {
        return Ok(rendered(
            StatusCode::FORBIDDEN,
            &GonePage { is_safe: false },
        ));
    }
    let key = query.text("key");
    if !services.admin.is_setup_link(&Secret::new(key)).await? {
        return Ok(gone());
    }
    Ok(page(&SetUpPage {
        key: key.to_owned(),
        ..SetUpPage::default()
    }))
}

async fn set_up(
    State(services): State<Arc<Services>>,
    context: Context,
    fields: Fields,
) -> Result<Response, Failure> {
    if context.way == Way::Plain {
        return Ok(rendered(
            StatusCode::FORBIDDEN,
            &GonePage { is_safe: false },
        ));
    }
    let password = fields.secret("password");
    let answers = SetUpAnswers {
        organization: fields.text("organization"),
        display_name: fields.text("display_name"),
        namespace: fields.text("namespace"),
        username: fields.text("username"),
        email: fields.text("email"),
        password: &password,
    };
    let key = fields.secret("key");
    let done = services.sessions.set_up(&key, &answers, context.browser());
    match done.await {
        Ok(opened) => {
            let mut response = Redirect::to("/").into_response();
            let text = format!(
                "Welcome. {} is set up, and you are its owner.",
                answers.organization
            );
            Flash::done(text).send(response.headers_mut(), context.way);
            keep(&mut response, context.way, &opened);
            Ok(response)
        }
        Err(SetUpError::Link) => Ok(gone()),
        Err(SetUpError::Failed(error)) => Err(error.into()),
        Err(SetUpError::Answers(wrong)) => Ok(form_again(&again(&key, &answers, &wrong))),
    }
}

fn again(key: &Secret, answers: &SetUpAnswers<'_>, wrong: &[(SetUpField, String)]) -> SetUpPage {
    let typed = |field, value: &str| {
        let error = wrong.iter().find(|(found, _)| *found == field);
        Typed {
            value: value.to_owned(),
            error: error.map_or_else(String::new, |(_, message)| sentence(message)),
        }
    };
    SetUpPage {
        key: key.expose().to_owned(),
        organization: typed(SetUpField::Organization, answers.organization),
        display_name: typed(SetUpField::DisplayName, answers.display_name),
        namespace: typed(SetUpField::Namespace, answers.namespace),
        username: typed(SetUpField::Username, answers.username),
        email: typed(SetUpField::Email, answers.email),
        // A password is not written into a page.
        password: typed(SetUpField::Password, ""),
        is_wrong: true,
    }
}

fn gone() -> Response {
    rendered(StatusCode::NOT_FOUND, &GonePage { is_safe: true })
}
