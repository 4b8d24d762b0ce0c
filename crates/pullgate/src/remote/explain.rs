//! Asking a server what would be decided.

use pullgate_control::Explanation;
use pullgate_policy::Username;

use super::server::Server;
use super::session::Session;
use crate::failure::Failure;

/// What the server would decide about an image: for whoever has signed in, or
/// for somebody else.
pub(crate) async fn explain(
    session: &Session,
    image: &str,
    person: Option<&Username>,
) -> Result<Explanation, Failure> {
    let mut query = vec![("image", image)];
    if let Some(person) = person {
        query.push(("as", person.as_str()));
    }
    Server::of(session)?
        .get("/api/v1/explain", &query, &session.token)
        .await
}
