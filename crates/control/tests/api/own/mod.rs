//! What Docker Hub does not have.

mod additions;
mod allowlist;
mod namespaces;
mod preview;
mod pulls;
mod settings;
