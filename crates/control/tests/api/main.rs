//! The API, asked by owners, members and strangers, on a real store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is not as it should be"
)]
mod document;
mod hub;
mod hub_description;
mod matrix;
mod openapi;
mod own;
mod sessions;
mod world;
