//! The pages, one file for each. A handler reads what was asked, calls the
//! service of `pullgate-admin` that knows the rules, and shows the outcome.

mod account;
mod activity;
mod connect;
mod device;
mod enforce;
mod home;
mod image;
mod invited;
mod lookup;
mod members;
mod namespaces;
mod organization_tokens;
mod overview;
mod permissions;
mod requests;
mod set_up;
mod sign_in;
mod teams;

use std::sync::Arc;

use axum::Router;

use crate::console::Services;

/// The routes of a file of pages.
pub(crate) type Routes = Router<Arc<Services>>;

/// All pages.
pub(crate) fn routes() -> Routes {
    Router::new()
        .merge(home::routes())
        .merge(sign_in::routes())
        .merge(set_up::routes())
        .merge(account::routes())
        .merge(connect::routes())
        .merge(device::routes())
        .merge(enforce::routes())
        .merge(overview::routes())
        .merge(permissions::routes())
        .merge(invited::routes())
        .merge(members::routes())
        .merge(teams::routes())
        .merge(organization_tokens::routes())
        .merge(namespaces::routes())
        .merge(activity::routes())
        .merge(lookup::routes())
        .merge(requests::routes())
}
