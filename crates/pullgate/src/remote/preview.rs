//! Asking a server what a change of the policy would do.

use pullgate_control::{PolicyPreview, PolicyPreviewRequest};
use pullgate_policy::OrganizationName;

use super::server::Server;
use super::session::Session;
use crate::failure::Failure;

/// What the server says that a draft would change.
pub(crate) async fn preview(
    session: &Session,
    organization: &OrganizationName,
    request: &PolicyPreviewRequest,
) -> Result<PolicyPreview, Failure> {
    let path = format!("/api/v1/orgs/{organization}/policy/preview");
    Server::of(session)?
        .post_as(&path, request, &session.token)
        .await
}
