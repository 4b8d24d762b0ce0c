//! Requests: what members ask for, what owners answer, and the exceptions
//! that come of it.

mod answering;
mod asking;
mod exceptions;
mod lists;
mod new_exception;
mod one;
mod view;

use axum::routing::{get, post};

use super::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/request", get(asking::show).post(asking::ask))
        .route("/requests", get(lists::mine))
        .route("/orgs/{organization}/requests", get(lists::of_organization))
        .route("/orgs/{organization}/requests/{id}", get(one::show))
        .route(
            "/orgs/{organization}/requests/approve",
            post(answering::approve),
        )
        .route(
            "/orgs/{organization}/requests/decline",
            post(answering::decline),
        )
        .route(
            "/orgs/{organization}/requests/withdraw",
            post(one::withdraw),
        )
        .route(
            "/orgs/{organization}/requests/exceptions",
            get(exceptions::show),
        )
        .route(
            "/orgs/{organization}/requests/exceptions/new",
            get(new_exception::show).post(new_exception::add),
        )
        .route(
            "/orgs/{organization}/requests/exceptions/end",
            post(exceptions::end),
        )
}

/// Where the pages of an organization's requests are.
fn home(organization: &pullgate_policy::OrganizationName) -> String {
    format!("/orgs/{organization}/requests")
}
