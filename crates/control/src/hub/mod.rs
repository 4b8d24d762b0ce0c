//! Docker Hub's paths, under `/v2`. Their shapes are those of the Hub's own
//! description of its API, version 2-beta.

mod access_tokens;
mod audit_logs;
mod namespaces;
mod org_access_tokens;
mod registry_access;
mod settings;
mod sign_in;
mod token_origin;
mod user;

use axum::Router;
use axum::routing::any;
use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;
use crate::problem::Problem;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(sign_in::routes())
        .merge(user::routes())
        .merge(access_tokens::routes())
        .merge(org_access_tokens::routes())
        .merge(settings::routes())
        .merge(namespaces::routes())
        .merge(registry_access::routes())
        .merge(audit_logs::routes())
}

/// The Hub's paths for which there is nothing to manage here.
pub(crate) fn not_ours() -> Router<Shared> {
    Router::new()
        .route("/v2/namespaces/{namespace}/{*rest}", any(repositories))
        .route("/v2/repositories/{*rest}", any(repositories))
}

async fn repositories() -> Problem {
    Problem::not_found(
        "Pullgate decides who may pull and keeps no repositories: manage them at the registry that holds them",
    )
}
