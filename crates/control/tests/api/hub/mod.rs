//! Docker Hub's paths.

mod access_tokens;
mod audit_logs;
mod org_access_tokens;
mod registry_access;
mod secrecy;
mod settings;
mod sign_in;
