//! Changing one's password.

use askama::Template;
use axum::response::Response;
use pullgate_admin::ChangePasswordError;

use super::super::sign_in::told;
use crate::failure::{Failure, sentence};
use crate::fields::Fields;
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::{Visit, keep};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    shell: Shell,
    username: String,
    current: Typed,
    new: Typed,
}

/// `GET /account/password`.
pub(super) async fn show(visit: Visit) -> Response {
    page(&form(&visit, String::new(), String::new()))
}

/// `POST /account/password`.
pub(super) async fn change(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let (current, new) = (fields.secret("current"), fields.secret("new"));
    let changed = visit
        .services
        .sessions
        .change_password(&visit.visitor, &current, &new, visit.context.browser())
        .await;
    let opened = match changed {
        Ok(opened) => opened,
        Err(ChangePasswordError::Failed(error)) => return Err(error.into()),
        Err(ChangePasswordError::Current(refused)) => {
            let error = match refused {
                pullgate_identity::SignInError::Wrong => {
                    "This is not your current password.".to_owned()
                }
                other => told(&other)?.1,
            };
            return Ok(form_again(&form(&visit, error, String::new())));
        }
        Err(unusable) => {
            let error = sentence(&unusable.to_string());
            return Ok(form_again(&form(&visit, String::new(), error)));
        }
    };
    let text = "Your password is changed. All other sessions and docker logins with the old one have ended.";
    let mut response = visit.done("/account", text);
    keep(&mut response, visit.context.way, &opened);
    Ok(response)
}

fn form(visit: &Visit, current: String, new: String) -> PasswordPage {
    let typed = |error| Typed {
        value: String::new(),
        error,
    };
    PasswordPage {
        username: visit.me.username.to_string(),
        current: typed(current),
        new: typed(new),
        shell: visit.shell("Change password"),
    }
}
