//! Machines as folders, set up well and set up wrongly on purpose.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod changes;
mod doctor;
mod image;
mod putting;
mod sign_in;
mod sign_in_elsewhere;
