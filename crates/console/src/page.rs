//! Pages as answers, and the small things that several pages show.

use std::fmt;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;

use crate::failure::Failure;

/// A page.
pub(crate) fn page(template: &impl Template) -> Response {
    rendered(StatusCode::OK, template)
}

/// A form that could not be taken, again, with what is wrong with it.
pub(crate) fn form_again(template: &impl Template) -> Response {
    rendered(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with this status.
pub(crate) fn rendered(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => Failure::Internal(error.to_string()).into_response(),
    }
}

/// A field of a form: what stands in it, and what is wrong with that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub(crate) value: String,
    /// Empty if nothing is.
    pub(crate) error: String,
}

impl Typed {
    /// What was typed, so far without fault.
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: String::new(),
        }
    }

    /// What was typed, and what is wrong with it.
    pub(crate) fn wrong(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: error.into(),
        }
    }
}

/// One of several in a list that opens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) word: String,
    pub(crate) title: String,
    pub(crate) on: bool,
}

impl Choice {
    /// Those words with their titles, of which one is chosen.
    pub(crate) fn list<W: AsRef<str>, T: Into<String>>(
        of: impl IntoIterator<Item = (W, T)>,
        chosen: &str,
    ) -> Vec<Self> {
        let choice = |(word, title): (W, T)| Self {
            on: word.as_ref() == chosen,
            word: word.as_ref().to_owned(),
            title: title.into(),
        };
        of.into_iter().map(choice).collect()
    }
}

/// A number, as a page shows it: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 image`, `2 images`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    let what = if number == 1 { one } else { many };
    format!("{} {what}", grouped(number))
}

/// A moment, as a page shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl Moment {
    /// For programs.
    pub(crate) fn machine(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The day alone.
    pub(crate) fn day(self) -> String {
        self.0.strftime("%-d %B %Y").to_string()
    }

    /// In words, seen from `now`.
    pub(crate) fn seen_from(self, now: Timestamp) -> String {
        let seconds = now.duration_since(self.0).as_secs();
        let count = |number: i64, unit: &str| {
            let end = if number == 1 { "" } else { "s" };
            format!("{number} {unit}{end} ago")
        };
        match seconds {
            ..120 => "just now".to_owned(),
            120..7_200 => count(seconds / 60, "minute"),
            7_200..172_800 => count(seconds / 3_600, "hour"),
            172_800..1_209_600 => count(seconds / 86_400, "day"),
            _ => self.0.strftime("on %-d %B %Y").to_string(),
        }
    }
}

/// `25 November 2026, 22:30 UTC`.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%-d %B %Y, %H:%M UTC"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, told) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), told);
        }
        assert_eq!(counted(1, "image", "images"), "1 image");
        assert_eq!(counted(1_000, "image", "images"), "1,000 images");
    }

    #[test]
    fn a_moment_is_told_as_people_tell_it() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        for (at, told) in [
            ("2026-11-25T12:00:30Z", "just now"),
            ("2026-11-25T11:59:00Z", "just now"),
            ("2026-11-25T11:57:00Z", "3 minutes ago"),
            ("2026-11-25T10:00:00Z", "2 hours ago"),
            ("2026-11-23T10:00:00Z", "2 days ago"),
            ("2026-01-02T10:00:00Z", "on 2 January 2026"),
        ] {
            let at = Moment(at.parse().unwrap());
            assert_eq!(at.seen_from(now), told);
        }
        let moment = Moment(now);
        assert_eq!(moment.to_string(), "25 November 2026, 12:00 UTC");
        assert_eq!(moment.machine(), "2026-11-25T12:00:00Z");
    }
}
