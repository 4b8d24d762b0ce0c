//! The one door, tried by an owner, a member and strangers, on a real store.

mod deciding;
mod recording;
mod world;
