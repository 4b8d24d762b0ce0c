//! The command line as people use it: the binary, on a folder of its own.

#![allow(clippy::unwrap_used)] // Clippy knows only functions marked as tests.

mod administrators;
mod agent_setup;
mod errors;
mod explaining;
mod help;
mod inviting;
mod machine;
mod policy_files;
mod requests;
mod secrets;
mod server;
mod shapes;
mod site;
mod story;
