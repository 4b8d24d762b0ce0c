//! Letting a machine in: its short code, who asks, and yes or no.

use askama::Template;
use axum::response::Response;
use axum::routing::{get, post};
use pullgate_admin::{AdminError, DeviceChoice};

use super::Routes;
use crate::failure::Failure;
use crate::fields::{Fields, Query};
use crate::page::{Moment, Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/device", get(show).post(look))
        .route("/device/answer", post(answer))
}

#[derive(Template)]
#[template(path = "device.html")]
struct CodePage {
    shell: Shell,
    code: Typed,
}

#[derive(Template)]
#[template(path = "device_answer.html")]
struct AnswerPage {
    shell: Shell,
    username: String,
    code: String,
    client: String,
    address: String,
    since: Moment,
}

/// A code in the address is filled in and not looked at: whoever follows a
/// link has still to see that it is the one on their machine.
async fn show(visit: Visit, Query(query): Query) -> Response {
    page(&form(&visit, query.text("code"), ""))
}

async fn look(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let code = fields.text("code");
    let found = visit
        .services
        .admin
        .device_sign_in(&visit.caller(), code)
        .await;
    match found {
        Ok(Some(waiting)) => Ok(page(&AnswerPage {
            username: visit.me.username.to_string(),
            code: code.to_owned(),
            client: waiting.client,
            address: waiting.address,
            since: Moment(waiting.created_at),
            shell: visit.shell("Let a machine in"),
        })),
        Ok(None) => Ok(form_again(&form(
            &visit,
            code,
            "No machine waits under this code. Codes last ten minutes and work once; compare it with the one your machine shows, or begin again there.",
        ))),
        Err(AdminError::Conflict(_)) => Ok(form_again(&form(
            &visit,
            "",
            "Too many codes were wrong. Try again in ten minutes.",
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn answer(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let choice = match fields.text("answer") {
        "approve" => DeviceChoice::Approve,
        _ => DeviceChoice::Deny,
    };
    let code = fields.text("code");
    let answered = visit
        .services
        .admin
        .answer_device_sign_in(&visit.caller(), code, choice)
        .await?;
    let told = match (answered, choice) {
        (false, _) => {
            let text = "That machine waits no more. Begin again there.";
            return Ok(visit.problem("/device", text));
        }
        (true, DeviceChoice::Approve) => "The machine is signed in as you.",
        (true, DeviceChoice::Deny) => "The machine was not let in.",
    };
    Ok(visit.done("/device", told))
}

fn form(visit: &Visit, code: &str, error: &str) -> CodePage {
    CodePage {
        code: Typed {
            value: code.to_owned(),
            error: error.to_owned(),
        },
        shell: visit.shell("Let a machine in"),
    }
}
