//! What people and programs read.
//!
//! The answer of a command goes to standard output and is all that goes there;
//! what is said beside it goes to standard error. Whoever reads a pipe may
//! close it when they have read enough: that ends the printing and is no
//! failure. Piped output is neither wrapped nor coloured.

mod layout;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use jiff::Timestamp;
use pullgate_identity::Secret;
use serde::Serialize;

use crate::failure::Failure;

pub(crate) use layout::{Table, fields, note_paragraph, paragraph};

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// To be read by a person
    Human,
    /// To be read by a program
    Json,
}

/// Prints a line of the answer.
pub(crate) fn say(line: impl Display) -> Result<(), Failure> {
    ended_is_fine(writeln!(io::stdout().lock(), "{line}"))
}

/// Prints an answer for a program.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("the answer cannot be written as JSON: {error}")))?;
    say(text)
}

/// Prints a secret, this once and alone, so that it can be piped. That nobody
/// reads it is a failure here, for it is nowhere else. `again` says what to do
/// about that.
pub(crate) fn secret(secret: &Secret, again: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{}", secret.expose()).map_err(|error| {
        Failure::new(format!(
            "it was made, but cannot be shown, and is lost: {error}"
        ))
        .hint(again)
    })
}

/// Says something beside the answer, to a person.
pub(crate) fn note(line: impl Display) {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Nobody reads any more: there is nothing left to do, and nothing is wrong.
pub(crate) fn ended_is_fine(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "the answer cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// A moment, in UTC.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// What a text stands out for on a terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tint {
    Good,
    Warning,
    Bad,
    Strong,
}

/// The text for standard output, in colour if that is a terminal which shows
/// colours to somebody who wants them.
pub(crate) fn tinted(tint: Tint, text: &str) -> String {
    let code = match tint {
        Tint::Good => 32,
        Tint::Warning => 33,
        Tint::Bad => 31,
        Tint::Strong => 1,
    };
    if is_colourful() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn is_colourful() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal()
        && !set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The width of the terminal that standard output is, if it is one.
pub(crate) fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.max(40))
}

/// The width of the terminal that standard error is, if it is one.
fn note_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0.max(40))
}

/// What somebody else wrote must not break the line, nor speak to the
/// terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_in_utc() {
        let at: Timestamp = "2026-11-24T11:00:59+01:00".parse().unwrap();
        assert_eq!(date(at), "2026-11-24 10:00");
    }

    #[test]
    fn a_text_cannot_speak_to_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\nc"), "a [2Jb  c");
    }
}
