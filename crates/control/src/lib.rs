//! The API for people and tools.
//!
//! Where Docker Hub has a path for something, [`hub`] has the same one with
//! the same shapes, so that a tool written for Docker Hub works when it is
//! pointed here. What the Hub does not have stands under `/api/v1`, in
//! [`own`]. One file for each resource; a handler reads the request, calls the
//! service of `pullgate-admin` that knows the rights and the rules, and writes
//! the answer.
//!
//! - Every path answers with and without a trailing slash: one is taken off
//!   before anything looks at the path.
//! - Every operation is described where it is written, and the OpenAPI
//!   document is put together from that. [`openapi`] adds what holds for all
//!   of them.
//! - What goes wrong is a [`problem`] in Docker Hub's shape.
//! - Requests are counted by who has signed in, else by address, as Docker
//!   Hub does; see [`rate`].

mod api;
mod authorized;
mod docs_page;
mod document;
mod etag;
mod hub;
mod input;
mod openapi;
mod own;
mod page;
mod problem;
mod rate;

pub use api::{Client, Control};
pub use openapi::openapi;
pub use own::{
    AccessException, AccessRequest, AllowlistDraft, AlsoDenied, AskedForAccess, AskedOnce,
    CoverageKind, DeviceAuthorization, DeviceRefusal, DeviceSession, EngineDecisions,
    EngineQuestion, EngineReport, EngineReports, EngineVerb, Explanation, GrantedBy, MachineBundle,
    OpenRequestCount, OpenRequests, PolicyChange, PolicyPreview, PolicyPreviewRequest,
    PolicyTestReport, RenewedSession, RequestClosed, RequestState, TestDecision, TestedCase,
};
pub use rate::RateLimit;
