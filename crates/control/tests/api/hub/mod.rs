//! Docker Hub's paths.

mod access_tokens;
mod audit_logs;
mod groups;
mod invites;
mod members;
mod members_export;
mod org_access_tokens;
mod organizations;
mod registry_access;
mod secrecy;
mod settings;
mod sign_in;
