//! What people and programs read.
//!
//! The answer of a command goes to standard output and is all that goes there;
//! what is said beside it goes to standard error. Whoever reads a pipe may
//! close it when they have read enough: that ends the printing and is no
//! failure. Piped output is neither wrapped nor coloured.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, TableStyle, presets};
use jiff::Timestamp;
use pullgate_identity::Secret;
use serde::Serialize;

use crate::failure::Failure;

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

/// A table without lines, its columns under headings. A long column is best
/// the last.
pub(crate) struct Table {
    headings: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &'static [&'static str]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| one_line(&cell)).collect();
        self.rows.push(cells);
    }

    /// Prints it; if it has no rows, says on standard error what `empty` says
    /// instead, so that a program reads nothing.
    pub(crate) fn print(self, empty: impl Display) -> Result<(), Failure> {
        if self.rows.is_empty() {
            note(empty);
            return Ok(());
        }
        for (number, line) in self.lines(terminal_width()).into_iter().enumerate() {
            let line = line.trim_end();
            if number == 0 {
                say(tinted(Tint::Strong, line))?;
            } else {
                say(line)?;
            }
        }
        Ok(())
    }

    fn lines(self, width: Option<u16>) -> Vec<String> {
        const NOTHING: TableStyle = presets::NOTHING;
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(self.headings.to_vec());
        if let Some(width) = width {
            table
                .set_width(width)
                .set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.add_rows(self.rows);
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.lines().collect()
    }
}

/// Prints names with their values below each other.
pub(crate) fn fields(fields: &[(&str, String)]) -> Result<(), Failure> {
    let width = fields.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (name, value) in fields {
        say(format!("{name:width$}  {}", one_line(value)).trim_end())?;
    }
    Ok(())
}

/// Prints a sentence, in lines as wide as the terminal.
pub(crate) fn paragraph(text: &str) -> Result<(), Failure> {
    let width = terminal_width().map_or(usize::MAX, usize::from);
    let mut line = String::new();
    for word in one_line(text).split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            say(std::mem::take(&mut line))?;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    say(line)
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

pub(crate) fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.max(40))
}

/// What somebody else wrote must not break the line, nor speak to the
/// terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["USER", "REASON"]);
        table.row(["mia".to_owned(), "one\ntwo".to_owned()]);
        table.row(["olga".to_owned(), "word ".repeat(20)]);
        table
    }

    #[test]
    fn a_piped_table_is_not_wrapped() {
        let lines = table().lines(None);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[1].trim_end(), "mia   one two");
    }

    #[test]
    fn on_a_terminal_columns_stay_columns() {
        let lines = table().lines(Some(40));
        assert!(
            lines.iter().all(|line| line.trim_end().len() <= 40),
            "{lines:?}"
        );
        assert!(lines[3].starts_with("      word"), "{lines:?}");
    }

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
