//! The guide for somebody who does it by hand.

use std::process::ExitCode;

use pullgate_client_config::{Client, Place, Site, guide};

use crate::failure::Failure;
use crate::output::{self, Tint, tinted};

pub(super) fn show(client: Client, site: &Site) -> Result<ExitCode, Failure> {
    let guide = guide(client, site);
    for (number, step) in guide.steps.iter().enumerate() {
        let title = format!("{}. {}", number + 1, step.title);
        output::say(tinted(Tint::Strong, &title))?;
        output::paragraph(&step.text)?;
        for block in &step.blocks {
            output::say("")?;
            match &block.place {
                Place::File(path) => output::say(format!("{path} (as root, 0644):"))?,
                Place::Own(name) => output::say(format!("{name}:"))?,
                Place::Shell => {}
            }
            for line in block.text.lines() {
                output::say(format!("    {line}").trim_end())?;
            }
        }
        if number + 1 < guide.steps.len() {
            output::say("")?;
        }
    }
    for (title, sentences) in [
        ("Enforced:", &guide.enforced),
        ("Still open:", &guide.open),
        ("Not tried:", &guide.untried),
    ] {
        list(title, sentences)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sentences under a title, after a blank line; nothing where there are none.
pub(super) fn list(title: &str, sentences: &[String]) -> Result<(), Failure> {
    if sentences.is_empty() {
        return Ok(());
    }
    output::say("")?;
    output::say(tinted(Tint::Strong, title))?;
    for sentence in sentences {
        output::fields(&[("-", sentence.clone())])?;
    }
    Ok(())
}
