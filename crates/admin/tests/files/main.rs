//! Policies as files: read, refused, written, described and applied.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod applying;
mod bad;
mod made_up;
mod round_trip;
mod schemas;
mod world;
