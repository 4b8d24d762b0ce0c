//! The list by which Docker Desktop and Pullgate's agent demand a sign-in:
//! checking it on every platform, writing and removing it on Linux.
//!
//! The file is worth something only if the person who uses the machine can
//! change neither it nor what is above it, if that person's programs can read
//! it, and if every reader of it reads the same. All of that is looked at.

mod install;
mod places;
mod problem;
mod report;
mod source;

pub use install::{install, remove};
pub use problem::{Problem, Severity};
pub use report::{Looked, Presence, Report, Rights, Source, Verdict, verify, verify_on};
