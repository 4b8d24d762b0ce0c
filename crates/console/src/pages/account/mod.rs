//! My account: access tokens, sessions and password.

mod browser_name;
mod password;
mod sessions;
mod tokens;

use askama::Template;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;

use super::Routes;
use crate::failure::Failure;
use crate::page::page;
use crate::shell::{Shell, role};
use crate::visit::Visit;
use sessions::SessionRow;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/account", get(show))
        .route(
            "/account/password",
            get(password::show).post(password::change),
        )
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/tokens", get(tokens::show).post(tokens::make))
        .route("/account/tokens/delete", post(tokens::delete))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    username: String,
    email: String,
    /// Organization and role.
    organizations: Vec<(String, &'static str)>,
    is_site_administrator: bool,
    sessions: Vec<SessionRow>,
}

async fn show(visit: Visit) -> Result<Response, Failure> {
    let now = Timestamp::now();
    let sessions = visit.services.sessions.sessions(&visit.visitor).await?;
    let here = visit.visitor.session().id;
    let me = &visit.me;
    Ok(page(&AccountPage {
        username: me.username.to_string(),
        email: me.email.clone(),
        organizations: me
            .organizations
            .iter()
            .map(|mine| (mine.organization.to_string(), role(mine.role)))
            .collect(),
        is_site_administrator: me.site_role == pullgate_store::SiteRole::Administrator,
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow::new(session, here, now))
            .collect(),
        shell: visit.shell("My account"),
    }))
}
