//! What Docker Hub does not have.

mod additions;
mod allowlist;
mod namespaces;
mod settings;
