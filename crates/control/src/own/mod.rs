//! What Docker Hub does not have, under `/api/v1`.

mod additions;
mod allowlist;
mod explain;
mod namespaces;
mod preview;
mod settings;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;

pub use explain::Explanation;
pub use preview::{AllowlistDraft, PolicyPreview, PolicyPreviewRequest};

/// All of it.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(explain::routes())
        .merge(settings::routes())
        .merge(allowlist::routes())
        .merge(namespaces::routes())
        .merge(additions::routes())
        .merge(preview::routes())
}
