//! Policies on a server, as files.

use http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use pullgate_admin::{Exceptions, PolicyTest};
use pullgate_control::{PolicyChange, PolicyTestReport};
use pullgate_policy::OrganizationName;

use super::server::Server;
use super::session::Session;
use crate::failure::Failure;

const YAML: &str = "application/yaml";

/// An organization's policy as the server writes it.
pub(crate) async fn export_policy(
    session: &Session,
    organization: &OrganizationName,
    exceptions: Exceptions,
) -> Result<String, Failure> {
    let exceptions = match exceptions {
        Exceptions::LeftOut => "left_out",
        Exceptions::Included => "included",
    };
    let server = Server::of(session)?;
    let request = server
        .request(http::Method::GET, &path(organization), session)
        .query(&[("exceptions", exceptions)])
        .header(ACCEPT, YAML);
    server.text(request).await
}

/// Has the server apply a file, or say what that would change.
pub(crate) async fn apply_policy(
    session: &Session,
    organization: &OrganizationName,
    file: &str,
    dry_run: bool,
    state: Option<&str>,
) -> Result<PolicyChange, Failure> {
    let server = Server::of(session)?;
    let mut request = server
        .request(http::Method::PUT, &path(organization), session)
        .query(&[("dry_run", dry_run)])
        .header(CONTENT_TYPE, YAML)
        .body(file.to_owned());
    if let Some(state) = state {
        request = request.header(IF_MATCH, format!("\"{state}\""));
    }
    server.send(request).await
}

/// Has the server test its policy, or another.
pub(crate) async fn test_policy(
    session: &Session,
    organization: &OrganizationName,
    test: &PolicyTest,
) -> Result<PolicyTestReport, Failure> {
    let server = Server::of(session)?;
    let path = format!("{}/test", path(organization));
    let request = server
        .request(http::Method::POST, &path, session)
        .json(test);
    server.send(request).await
}

fn path(organization: &OrganizationName) -> String {
    format!("/api/v1/orgs/{organization}/policy")
}
