//! What Docker Hub does not have, under `/api/v1`.

mod additions;
mod agent;
mod allowlist;
mod catalog;
mod decisions;
mod device;
mod exceptions;
mod explain;
mod invites;
mod namespaces;
mod policy;
mod policy_test;
mod preview;
mod requests;
mod settings;
mod site;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Shared;

pub use agent::{
    EngineDecisions, EngineQuestion, EngineReport, EngineReports, EngineVerb, MachineBundle,
    RenewedSession,
};
pub use device::{DeviceAuthorization, DeviceRefusal, DeviceSession};
pub use exceptions::{AccessException, CoverageKind};
pub use explain::Explanation;
pub use policy::PolicyChange;
pub use policy_test::{PolicyTestReport, TestDecision, TestedCase};
pub use preview::{AllowlistDraft, PolicyPreview, PolicyPreviewRequest};
pub use requests::{
    AccessRequest, AlsoDenied, AskedForAccess, AskedOnce, GrantedBy, OpenRequestCount,
    OpenRequests, RequestClosed, RequestState,
};

/// All of it.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(explain::routes())
        .merge(decisions::routes())
        .merge(policy::routes())
        .merge(policy_test::routes())
        .merge(settings::routes())
        .merge(allowlist::routes())
        .merge(namespaces::routes())
        .merge(additions::routes())
        .merge(preview::routes())
        .merge(requests::routes())
        .merge(exceptions::routes())
        .merge(catalog::routes())
        .merge(site::routes())
        .merge(invites::routes())
        .merge(agent::routes())
        .merge(device::routes())
}
