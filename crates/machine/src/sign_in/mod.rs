//! The file by which Docker Desktop and Pullgate's agent demand a sign-in, on
//! Linux: checking, writing and removing it.
//!
//! The file is worth something only if the person who uses the machine can
//! change neither it nor what is above it, if that person's programs can read
//! it, and if every reader of it reads the same. All of that is looked at.

mod install;
mod problem;
mod report;

pub use install::{install, remove};
pub use problem::{Problem, Severity};
pub use report::{Report, Source, Verdict, verify};
