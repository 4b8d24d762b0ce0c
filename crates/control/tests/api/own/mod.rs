//! What Docker Hub does not have.

mod additions;
mod allowlist;
mod exceptions;
mod namespaces;
mod preview;
mod pulls;
mod requests;
mod settings;
