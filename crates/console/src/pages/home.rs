//! The first page.

use axum::response::Redirect;
use axum::routing::get;

use super::Routes;
use crate::navigation::first_page;
use crate::shell::organization_here;
use crate::visit::Visit;

pub(super) fn routes() -> Routes {
    Routes::new().route("/", get(home))
}

/// Leads to the first page that there is for this person.
async fn home(visit: Visit) -> Redirect {
    let organization = organization_here(&visit);
    Redirect::to(&first_page(&visit, organization.as_deref()))
}
