//! Which badge a namespace has, told as stories: Docker Hub answers, is slow,
//! talks nonsense and goes away, while people pull.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod ageing;
mod allocations;
mod answers;
mod failures;
mod hub;
mod importing;
mod refreshing;
mod together;
mod world;
