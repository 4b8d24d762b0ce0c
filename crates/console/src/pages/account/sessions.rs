//! Where somebody is signed in, and ending that.

use axum::response::Response;
use jiff::Timestamp;
use pullgate_store::{ConsoleSession, SessionId};

use super::browser_name::browser_name;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::Moment;
use crate::visit::Visit;

/// A session, as the page shows it.
pub(super) struct SessionRow {
    pub(super) id: String,
    /// `Firefox on Linux`.
    pub(super) browser: String,
    /// What the browser says itself.
    pub(super) user_agent: String,
    pub(super) address: String,
    pub(super) began: Moment,
    pub(super) seen: Moment,
    pub(super) seen_ago: String,
    pub(super) is_here: bool,
}

impl SessionRow {
    pub(super) fn new(session: ConsoleSession, here: SessionId, now: Timestamp) -> Self {
        let seen = Moment(session.seen_at);
        Self {
            id: session.id.to_string(),
            browser: browser_name(&session.user_agent),
            user_agent: session.user_agent,
            address: session.address,
            began: Moment(session.created_at),
            seen_ago: seen.seen_from(now),
            seen,
            is_here: session.id == here,
        }
    }
}

/// `POST /account/sessions/end`.
pub(super) async fn end(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let id: SessionId = fields
        .text("session")
        .parse()
        .map_err(|_| Failure::NotFound(None))?;
    visit.services.sessions.end(&visit.visitor, id).await?;
    Ok(visit.done(
        "/account",
        "The session has ended: that browser is signed out.",
    ))
}
