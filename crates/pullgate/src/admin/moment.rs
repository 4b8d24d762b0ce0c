//! Moments, as people write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Reads a moment to come: a date, a date with a time, or a span from now.
/// For clap.
pub(crate) fn later(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    let at = read(text, now, Direction::Later).ok_or(
        "write a span from now as 7d or 12h, or a date as 2030-12-31 or 2030-12-31T18:00Z",
    )?;
    if at <= now {
        return Err("that has passed; choose a later moment".to_owned());
    }
    Ok(at)
}

/// Reads a moment that has passed: a date, a date with a time, or a span
/// before now. For clap.
pub(super) fn earlier(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    let at = read(text, now, Direction::Earlier).ok_or(
        "write a span before now as 30d or 12h, or a date as 2026-11-01 or 2026-11-01T18:00Z",
    )?;
    if at >= now {
        return Err("that is yet to come; choose an earlier moment".to_owned());
    }
    Ok(at)
}

/// Where a span leads, seen from now.
#[derive(Clone, Copy)]
enum Direction {
    Later,
    Earlier,
}

/// A date is its first moment, so that nothing lasts longer than was meant; a
/// time without a zone is in UTC.
fn read(text: &str, now: Timestamp, direction: Direction) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil = match text.len() {
        10 => text.parse::<Date>().ok().map(Date::into),
        _ => text.parse::<DateTime>().ok(),
    };
    if let Some(civil) = civil {
        return TimeZone::UTC.to_timestamp(civil).ok();
    }
    let span: Span = text.parse().ok()?;
    let now = now.to_zoned_datetime(TimeZone::UTC);
    let moved = match direction {
        Direction::Later => now.checked_add(span),
        Direction::Earlier => now.checked_sub(span),
    };
    Some(moved.ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-24T10:00:00Z";

    fn at(text: &str, direction: Direction) -> Option<Timestamp> {
        read(text, NOW.parse().unwrap(), direction)
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, expected) in [
            ("7d", "2026-12-01T10:00:00Z"),
            ("12h", "2026-11-24T22:00:00Z"),
            ("1 month", "2026-12-24T10:00:00Z"),
            ("2026-12-31", "2026-12-31T00:00:00Z"),
            ("2026-12-31T18:00", "2026-12-31T18:00:00Z"),
            ("2026-12-31 18:00", "2026-12-31T18:00:00Z"),
            ("2026-12-31T18:00Z", "2026-12-31T18:00:00Z"),
            ("2026-12-31T18:00+01:00", "2026-12-31T17:00:00Z"),
        ] {
            assert_eq!(at(text, Direction::Later), expected.parse().ok(), "{text}");
        }
        for bad in ["", "7", "soon", "2026-13-01", "31.12.2026", "tomorrow"] {
            assert_eq!(at(bad, Direction::Later), None, "{bad}");
        }
    }

    #[test]
    fn a_span_leads_back_where_something_has_passed() {
        for (text, expected) in [
            ("30d", "2026-10-25T10:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
        ] {
            assert_eq!(
                at(text, Direction::Earlier),
                expected.parse().ok(),
                "{text}"
            );
        }
        for text in ["2099-01-01", "-3d", "0s"] {
            assert!(earlier(text).unwrap_err().contains("to come"), "{text}");
        }
    }

    #[test]
    fn what_has_passed_is_no_end() {
        for text in ["2020-01-01", "-3d", "0s"] {
            assert!(later(text).unwrap_err().contains("passed"), "{text}");
        }
    }
}
