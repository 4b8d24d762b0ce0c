//! The days that one looks at, as an address says them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::fields::Fields;
use crate::page::Typed;

/// From a day on and up to a day, both whole and in UTC; each may be open.
#[derive(Debug, Default)]
pub(super) struct Period {
    /// The first day, as it was typed.
    pub(super) from: Typed,
    /// The last day, likewise.
    pub(super) to: Typed,
    /// When the first begins.
    pub(super) since: Option<Timestamp>,
    /// When the last has ended.
    pub(super) until: Option<Timestamp>,
}

impl Period {
    /// What `from` and `to` say.
    pub(super) fn read(query: &Fields) -> Self {
        let (from, since) = day(query.text("from"), Ok);
        let (to, until) = day(query.text("to"), Date::tomorrow);
        Self {
            from,
            to,
            since,
            until,
        }
    }

    /// Whether what was typed can be used.
    pub(super) fn is_sound(&self) -> bool {
        self.from.error.is_empty() && self.to.error.is_empty()
    }
}

/// A day, and the moment that it stands for.
fn day(
    typed: &str,
    begin: impl FnOnce(Date) -> Result<Date, jiff::Error>,
) -> (Typed, Option<Timestamp>) {
    if typed.is_empty() {
        return (Typed::default(), None);
    }
    let moment = typed
        .parse::<Date>()
        .and_then(begin)
        .and_then(|date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)));
    match moment {
        Ok(moment) => (Typed::new(typed), Some(moment)),
        Err(_) => (Typed::wrong(typed, "Write a day as 2026-11-25."), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_whole_days() {
        let read = |query: &str| Period::read(&Fields::of_query(Some(query)));
        let period = read("from=2026-11-24&to=2026-11-25");
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        assert_eq!(period.since, moment("2026-11-24T00:00:00Z"));
        assert_eq!(period.until, moment("2026-11-26T00:00:00Z"));
        assert!(period.is_sound());
        let open = read("");
        assert_eq!((open.since, open.until), (None, None));
        assert!(!read("from=yesterday").is_sound());
        assert!(!read("to=9999-12-31").is_sound(), "it has no day after it");
    }
}
