//! What is wrong with a file, where, and how the line looks.

use std::fmt::{self, Write};

/// The most characters of a line that are shown.
const WIDEST: usize = 100;

/// How much is shown before the place in a line that is longer.
const BEFORE: usize = 40;

/// Where something stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1 on.
    pub line: usize,
    /// The column in it, in characters from 1 on.
    pub column: usize,
    /// How many characters it has there; at least one.
    pub width: usize,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What, and what is expected.
    pub message: String,
}

impl Complaint {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
        }
    }
}

/// Why a file cannot be read. Shown, it is one line without an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// At least one complaint, each with its line as it stands in the file.
    complaints: Vec<(Complaint, String)>,
}

impl FileError {
    pub(super) fn new(complaints: Vec<Complaint>, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let with_line = complaints.into_iter().map(|complaint| {
            let line = complaint.place.line.checked_sub(1);
            let line = line.and_then(|line| lines.get(line)).copied();
            (complaint, line.unwrap_or_default().to_owned())
        });
        Self {
            complaints: with_line.collect(),
        }
    }

    /// What is wrong, in the order of the file.
    pub fn complaints(&self) -> impl Iterator<Item = &Complaint> {
        self.complaints.iter().map(|(complaint, _)| complaint)
    }

    /// For a terminal: each complaint with the file's name, and the line that
    /// it is about with a mark below.
    pub fn render(&self, file: &str) -> String {
        let mut told = String::new();
        for (complaint, line) in &self.complaints {
            let Complaint { place, message } = complaint;
            if !told.is_empty() {
                told.push('\n');
            }
            // Writing to a text cannot fail.
            let _ = write!(told, "{file}:{}:{}: {message}", place.line, place.column);
            let (shown, column) = excerpt(line, place.column);
            if shown.trim().is_empty() {
                continue;
            }
            let room = shown.chars().count().saturating_sub(column - 1).max(1);
            let mark = "^".repeat(place.width.clamp(1, room));
            let _ = write!(
                told,
                "\n{:5} | {shown}\n      | {:indent$}{mark}",
                place.line,
                "",
                indent = column - 1
            );
        }
        told
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, complaint) in self.complaints().enumerate() {
            let Complaint { place, message } = complaint;
            let separator = if number == 0 { "" } else { "; " };
            write!(
                formatter,
                "{separator}line {}, column {}: {message}",
                place.line, place.column
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for FileError {}

/// A line as it can be shown, and where the column is in it: what would speak
/// to a terminal is a blank, and of a long line only the part around it.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    let column = column.max(1);
    let skipped = if column > WIDEST - BEFORE {
        column - 1 - BEFORE
    } else {
        0
    };
    let shown = line.chars().skip(skipped).take(WIDEST);
    let shown: String = shown
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    (shown.trim_end().to_owned(), column - skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_with_a_mark_and_cannot_speak_to_the_terminal() {
        let text = "a: 1\nb:\t\u{1b}[2Jx\n";
        let place = Place {
            line: 2,
            column: 4,
            width: 99,
        };
        let error = FileError::new(vec![Complaint::new(place, "is odd")], text);
        assert_eq!(
            error.render("f.yaml"),
            "f.yaml:2:4: is odd\n    2 | b:  [2Jx\n      |    ^^^^^"
        );
        assert_eq!(error.to_string(), "line 2, column 4: is odd");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let line = format!("{}x{}", "a".repeat(500), "b".repeat(500));
        let (shown, column) = excerpt(&line, 501);
        assert_eq!(shown.chars().count(), WIDEST);
        assert_eq!(shown.chars().nth(column - 1), Some('x'));
        assert_eq!(excerpt("", 7), (String::new(), 7));
    }

    #[test]
    fn a_place_beyond_the_file_has_no_line() {
        let place = Place {
            line: 9,
            column: 1,
            width: 1,
        };
        let error = FileError::new(vec![Complaint::new(place, "ends too early")], "a: 1\n");
        assert_eq!(error.render("f"), "f:9:1: ends too early");
    }
}
