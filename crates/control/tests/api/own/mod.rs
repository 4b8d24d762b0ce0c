//! What Docker Hub does not have.

mod additions;
mod agent;
mod allowlist;
mod decisions;
mod device;
mod exceptions;
mod invites;
mod named_by_gateway;
mod namespaces;
mod policy;
mod policy_test;
mod preview;
pub(crate) mod pulls;
mod requests;
mod settings;
mod site;
