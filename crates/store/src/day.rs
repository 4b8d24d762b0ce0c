//! Days, as decisions are summed up by them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How long a day is, in milliseconds.
const LENGTH: i64 = 24 * 60 * 60 * 1_000;

/// A day in UTC, counted from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_millisecond().div_euclid(LENGTH))
    }

    /// The first day that does not begin before a moment.
    pub(crate) fn not_before(at: Timestamp) -> Self {
        Self((at.as_millisecond() + LENGTH - 1).div_euclid(LENGTH))
    }

    /// So many days earlier.
    #[must_use]
    pub fn minus(self, days: u32) -> Self {
        Self(self.0 - i64::from(days))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// When it begins, in milliseconds since 1970.
    pub(crate) fn begin(self) -> i64 {
        self.0.saturating_mul(LENGTH)
    }

    /// Its number, as it is stored.
    pub(crate) fn number(self) -> i64 {
        self.0
    }

    pub(crate) fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The day in the calendar; none for one beyond its end.
    pub fn date(self) -> Option<Date> {
        let begin = Timestamp::from_millisecond(self.begin()).ok()?;
        Some(TimeZone::UTC.to_datetime(begin).date())
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        // Only the last hours of the calendar are no moment.
        Self::of(midnight.unwrap_or(Timestamp::MAX))
    }
}
