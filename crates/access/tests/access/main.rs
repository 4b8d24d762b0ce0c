//! The one door, tried by an owner, a member and strangers, on a real store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is not as it should be"
)]

mod deciding;
mod recording;
mod replaying;
mod retention;
mod world;
