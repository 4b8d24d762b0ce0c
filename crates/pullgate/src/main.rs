//! Pullgate: image access management for every container client.

mod admin;
mod agent;
mod cli;
mod client_config;
mod config;
mod demo;
mod doctor;
mod explain;
mod failure;
mod machine;
mod openapi;
mod output;
mod policy_files;
mod reference;
mod remote;
mod request;
mod server;
mod signin;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.log_filter());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return end_with(&failure::Failure::from(error)),
    };
    match runtime.block_on(cli.run()) {
        Ok(code) => code,
        Err(failure) => end_with(&failure),
    }
}

/// The log goes to stderr: what a command prints is its answer alone.
fn log_to_stderr(default: &str) {
    let filter = EnvFilter::try_from_env("PULLGATE_LOG").unwrap_or_else(|_| default.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .init();
}

fn end_with(failure: &failure::Failure) -> ExitCode {
    // There is nobody left to tell if even stderr is closed.
    let _ = writeln!(std::io::stderr(), "pullgate: {failure}");
    failure.exit()
}
