//! Activity: what was decided, and what was changed.

mod change;
mod changes;
mod decision;
mod decisions;
mod period;
mod search;

use axum::routing::get;

use super::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/orgs/{organization}/activity", get(decisions::show))
        .route(
            "/orgs/{organization}/activity/decisions/{id}",
            get(decision::show),
        )
        .route(
            "/orgs/{organization}/activity/export/{format}",
            get(decisions::export),
        )
        .route("/orgs/{organization}/activity/changes", get(changes::show))
        .route(
            "/orgs/{organization}/activity/changes/export/{format}",
            get(changes::export),
        )
        .route(
            "/orgs/{organization}/activity/changes/{number}",
            get(change::show),
        )
}
