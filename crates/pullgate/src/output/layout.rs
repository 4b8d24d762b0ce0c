//! Tables, fields and sentences, in the width that there is.

use std::fmt::Display;

use comfy_table::{ColumnConstraint, ContentArrangement, TableStyle, presets};

use super::{Tint, note, note_width, one_line, say, terminal_width, tinted};
use crate::failure::Failure;

/// Blanks between two columns.
const GAP: u16 = 2;

/// The narrowest column in which a text can be read.
const NARROWEST: u16 = 16;

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
        table.add_rows(self.rows);
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        let mut widths = table.column_max_content_widths();
        widths.pop();
        let taken: u16 = widths.iter().map(|width| width + GAP).sum();
        // Only the last column is broken, and only if that leaves it readable.
        if let Some(width) = width.filter(|width| width.saturating_sub(taken) >= NARROWEST) {
            table
                .set_width(width)
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_constraints(widths.iter().map(|_| ColumnConstraint::ContentWidth));
        }
        table.lines().collect()
    }
}

/// Prints names with their values below each other.
pub(crate) fn fields(fields: &[(&str, String)]) -> Result<(), Failure> {
    let names = fields.iter().map(|(name, _)| name.len()).max();
    let names = names.unwrap_or_default();
    let room = line_width().saturating_sub(names + usize::from(GAP));
    for (name, value) in fields {
        let mut name = *name;
        for line in wrapped(value, room) {
            say(format!("{name:names$}  {line}").trim_end())?;
            name = "";
        }
    }
    Ok(())
}

/// Prints a sentence, in lines as wide as the terminal.
pub(crate) fn paragraph(text: &str) -> Result<(), Failure> {
    wrapped(text, line_width()).iter().try_for_each(say)
}

/// Says a sentence beside the answer, in lines as wide as the terminal that
/// shows it.
pub(crate) fn note_paragraph(text: &str) {
    let width = note_width().map_or(usize::MAX, usize::from);
    for line in wrapped(text, width) {
        note(line);
    }
}

/// A text in lines of at most that many characters, broken between words. At
/// least one line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in one_line(text).split_whitespace() {
        let line = lines.last().map(|line| line.chars().count());
        let line = line.unwrap_or_default();
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// How long a line may be: as long as it is, where nobody looks at it.
fn line_width() -> usize {
    terminal_width().map_or(usize::MAX, usize::from)
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
        let fits = lines.iter().all(|line| line.trim_end().len() <= 40);
        assert!(fits && lines.len() == 6, "{lines:?}");
        assert!(lines[3].starts_with("      word"), "{lines:?}");
    }

    #[test]
    fn a_column_too_narrow_to_read_is_left_to_the_terminal() {
        assert_eq!(table().lines(Some(20)).len(), 3);
    }

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrapped("one two", usize::MAX), ["one two"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
