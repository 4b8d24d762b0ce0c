//! When something ends, as people write it.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Reads a moment to come: a date, a date with a time, or a span from now.
/// For clap.
pub(super) fn later(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now();
    let at = read(text, now).ok_or(
        "write a span from now as 7d or 12h, or a date as 2030-12-31 or 2030-12-31T18:00Z",
    )?;
    if at <= now {
        return Err("that has passed; choose a later moment".to_owned());
    }
    Ok(at)
}

/// A date is its first moment, so that nothing lasts longer than was meant; a
/// time without a zone is in UTC.
fn read(text: &str, now: Timestamp) -> Option<Timestamp> {
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
    let end = now
        .to_zoned_datetime(TimeZone::UTC)
        .checked_add(span)
        .ok()?;
    Some(end.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
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
            assert_eq!(read(text, now), expected.parse().ok(), "{text}");
        }
        for bad in ["", "7", "soon", "2026-13-01", "31.12.2026", "tomorrow"] {
            assert_eq!(read(bad, now), None, "{bad}");
        }
    }

    #[test]
    fn what_has_passed_is_no_end() {
        for text in ["2020-01-01", "-3d", "0s"] {
            assert!(later(text).unwrap_err().contains("passed"), "{text}");
        }
    }
}
