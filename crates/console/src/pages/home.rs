//! The first page, and switching between organizations.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::Routes;
use crate::failure::Failure;
use crate::navigation::first_page;
use crate::shell::organization_here;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/", get(home))
        .route("/orgs/{organization}", get(switch))
}

/// Leads to the first page that there is for this person.
async fn home(visit: Visit) -> Redirect {
    let organization = organization_here(&visit);
    Redirect::to(&first_page(&visit, organization.as_deref()))
}

/// Looks at another organization from here on.
async fn switch(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (organization, _) = visit.organization(&name)?;
    let first = first_page(&visit, Some(organization.as_str()));
    let mut response = Redirect::to(&first).into_response();
    visit.remember(&mut response, &organization);
    Ok(response)
}
