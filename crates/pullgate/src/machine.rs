//! Which machine a command works on: this one, or an image of one.

use std::path::PathBuf;

use clap::Args;
use pullgate_machine::Root;

use crate::failure::Failure;

/// The machine that is meant.
#[derive(Debug, Args)]
pub(crate) struct MachineArg {
    /// Work on an image instead: the folder that is its /
    #[arg(
        long,
        value_name = "DIR",
        default_value = "/",
        hide_default_value = true
    )]
    root: PathBuf,
}

impl MachineArg {
    /// The machine, to look at.
    pub(crate) fn open(&self) -> Result<Root, Failure> {
        Root::open(&self.root).map_err(|error| {
            Failure::usage(format!("{} cannot be opened: {error}", self.root.display()))
        })
    }

    /// The machine, to change: what is written there belongs to root, and only
    /// root can give a file to root. `again` is the command to be run as root.
    pub(crate) fn open_to_change(&self, again: &str) -> Result<Root, Failure> {
        let root = self.open()?;
        if !rustix::process::geteuid().is_root() {
            return Err(
                Failure::new("only root can write what people must not change")
                    .hint(format!("run it with sudo: sudo {again}")),
            );
        }
        Ok(root)
    }
}
