//! What Docker Hub does not have, under `/api/v1`.

mod explain;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;

pub use explain::Explanation;

/// All of it.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().merge(explain::routes())
}
