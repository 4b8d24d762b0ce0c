//! Docker Hub's paths, under `/v2`. Their shapes are those of the Hub's own
//! description of its API, version 2-beta.

mod access_tokens;
mod account;
mod audit_logs;
mod group_members;
mod groups;
mod invites;
mod member;
mod members;
mod members_export;
mod namespaces;
mod org_access_tokens;
mod organizations;
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
        .merge(organizations::routes())
        .merge(members::routes())
        .merge(members_export::routes())
        .merge(groups::routes())
        .merge(group_members::routes())
        .merge(invites::routes())
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
