//! The rules of the policy, told as stories of an organization called acme.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot set its story up has failed"
)]

mod acme;
mod allocations;
mod chance;
mod exceptions;
mod monitor;
mod names;
mod neighbours;
mod properties;
mod publishers;
mod registries;
mod rules;
mod sentence_bounds;
mod sentences;
mod settings_document;
mod several_organizations;
mod strangers;
mod switches;
mod table;
mod teams;
