//! What a person would otherwise type: `cargo xtask help` says what there is.
//!
//! No dependencies, so that it is built in a second on a fresh machine.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this program is for"
)]

mod browser;
mod cargo;
mod deny;
mod display;
mod engines;
mod packages;
mod programs;
mod python;
mod step;
mod tally;
mod task;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "help".to_owned());
    let arguments: Vec<String> = words.collect();
    if let Some(task) = task::find(&name) {
        return task.run(&arguments);
    }
    eprintln!("There is no task {name}.\n");
    eprint!("{}", task::help());
    ExitCode::from(2)
}
