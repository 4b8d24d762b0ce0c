//! The log of decisions.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

use super::duration;

/// A day.
const DAY: Duration = Duration::from_hours(24);

/// The log of decisions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DecisionsConfig {
    /// How long decisions are kept; at least a day.
    #[serde(deserialize_with = "at_least_a_day")]
    pub(crate) keep_for: Duration,
}

impl Default for DecisionsConfig {
    fn default() -> Self {
        Self {
            keep_for: 180 * DAY,
        }
    }
}

fn at_least_a_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let time = duration::deserialize(deserializer)?;
    if time < DAY {
        return Err(D::Error::custom(
            "decisions are kept for at least a day; write it like 180d",
        ));
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Duration, String> {
        let config: Result<DecisionsConfig, _> = toml::from_str(text);
        config
            .map(|config| config.keep_for)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn decisions_are_kept_for_half_a_year_and_never_for_less_than_a_day() {
        assert_eq!(read(""), Ok(180 * DAY));
        assert_eq!(read("keep_for = '24h'"), Ok(DAY));
        assert!(
            read("keep_for = '1h'")
                .unwrap_err()
                .contains("at least a day")
        );
    }
}
