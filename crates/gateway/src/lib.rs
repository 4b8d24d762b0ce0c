//! What container clients talk to: the pull half of the OCI distribution
//! specification, and the token service that Docker's clients expect.
//!
//! A request walks one way through here:
//!
//! ```text
//! route ── naming ── who asks ── the door ── content ── reply
//! (path)   (which    (bearer     (access)    (cache,    (status,
//!           repository) token)                upstream)  headers, body)
//! ```
//!
//! Nothing in this crate decides whether somebody may pull: every manifest,
//! blob, tag list and referrers request asks `pullgate-access` first, by
//! `HEAD` exactly as by `GET`, and only then looks for content. A token says
//! who somebody is and is granted for any repository; what it may pull is
//! decided again on every request.

mod authorization;
mod blobs;
mod challenge;
mod content;
mod flight;
mod gateway;
mod listing;
mod manifests;
mod naming;
mod place;
mod problem;
mod query;
mod range;
mod reply;
mod resting;
mod route;
mod settings;
mod token;

pub use gateway::{Gateway, Peer, Scheme};
pub use reply::{Reply, ReplyBody};
pub use settings::{GatewaySettings, OpenedNetwork};
