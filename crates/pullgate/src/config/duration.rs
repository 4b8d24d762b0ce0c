//! Durations as people write them: `60s`, `15 minutes`, `7d`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, de::Error};

/// For `#[serde(deserialize_with = …)]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(D::Error::custom)
}

/// Reads a duration; a day is 24 hours.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let readable = || {
        let span: Span = text.parse().ok()?;
        let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(signed).ok()
    };
    readable()
        .ok_or_else(|| format!("{text:?} is not a duration; write it like 30s, 15m, 24h or 7d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(parse("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(parse("7d"), Ok(Duration::from_hours(7 * 24)));
        assert_eq!(parse("1h 30m"), Ok(Duration::from_mins(90)));
        for bad in ["", "60", "-5s", "soon", "1 month"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
